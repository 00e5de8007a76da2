import { input, password, select } from '@inquirer/prompts';

/** Questions to the person at the terminal. */
export interface Ask {
  /** A text; the empty one where that is allowed. */
  text(message: string, options?: { mayBeEmpty?: boolean }): Promise<string>;
  /** A text that is not shown. */
  secret(message: string, options?: { mayBeEmpty?: boolean }): Promise<string>;
  /** One of several, or none. */
  choose(message: string, choices: readonly { id: string; name: string }[], suggested?: string): Promise<string | null>;
}

/** Asks at this terminal. */
export const terminal: Ask = {
  text: (message, { mayBeEmpty = false } = {}) =>
    input({ message, validate: (given) => mayBeEmpty || given.trim() !== '' || 'This is needed.' }),
  secret: (message, { mayBeEmpty = false } = {}) =>
    password({ message, mask: '•', validate: (given) => mayBeEmpty || given.trim() !== '' || 'This is needed.' }),
  choose: (message, choices, suggested) =>
    select<string | null>({
      message,
      choices: [...choices.map(({ id, name }) => ({ value: id, name })), { value: null, name: '(none)' }],
      ...(suggested !== undefined && { default: suggested }),
    }),
};
