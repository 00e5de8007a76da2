import { z } from 'zod';
import { Id, Text } from './payload.ts';
import type { HelpdeskRequest } from './request.ts';

/** Something of the helpdesk's that a setting may name: what is written, and what people call it. */
export interface Choice {
  id: string;
  name: string;
}

/** A call, and what its answer lists. */
export interface Offer<S> {
  request: (settings: S) => HelpdeskRequest;
  read: z.ZodType<Choice[]>;
}

/** What an account offers to choose from, and as whom it is called: asked once, when a source is set up. */
export interface Offers<S> {
  teams?: Offer<S>;
  priorities?: Offer<S>;
  /** One choice: the user to whom the credentials belong. */
  self?: Offer<S>;
}

/** A list of things with an id and a name. */
export const Choices = z.array(z.object({ id: Id, name: Text }));

/** The same, in a helpdesk that goes by names. */
export const ChoicesByName = Choices.transform((choices) => choices.map(({ name }) => ({ id: name, name })));

/** One thing with an id, and a name that may be missing. */
export const OneChoice = z.object({ id: Id, name: Text }).transform((choice) => [choice]);
