import { InvalidArgumentError } from 'commander';

/** Pairs such as `finance=31` from options that may be given several times. */
export type Pairs = Readonly<Record<string, string>>;

/** Reads one `name=value` and adds it to those before. */
export function readPair(text: string, before: Pairs = {}): Pairs {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be name=value.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

/** A setting's value: JSON where it is some, else the text itself. */
export function settingValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
