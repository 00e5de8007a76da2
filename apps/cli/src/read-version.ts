import { InvalidArgumentError } from 'commander';

/** The number of a version of the taxonomy. Throws InvalidArgumentError for anything else. */
export function readVersion(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be the number of a version.');
  return Number(text);
}
