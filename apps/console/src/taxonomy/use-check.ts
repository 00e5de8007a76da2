import { useEffect, useState } from 'preact/hooks';
import { ask, sending, v1 } from '../api/client.ts';
import { messageOf } from '../api/use-answer.ts';
import type { Change, Likeness, Taxonomy } from './types.ts';

/** Milliseconds without a key before the server is asked. */
const QUIET_MS = 300;

/** What the server says of a draft; what it said last stays until it says something else. */
export interface Checked {
  /** By field, such as `categories[2].team`. */
  errors: ReadonlyMap<string, string>;
  changes: readonly Change[];
  likenesses: readonly Likeness[];
  /** The version in force when it was asked. */
  inForce: number | undefined;
  /** True once it speaks of the list as it is now. */
  isCurrent: boolean;
  /** True where nothing is wrong with the list as it is now. */
  isValid: boolean;
  failure: string;
}

type Said = Omit<Checked, 'isCurrent' | 'isValid'> & { of?: Taxonomy };

const NOTHING: Said = { errors: new Map(), changes: [], likenesses: [], inForce: undefined, failure: '' };

/** Has a list checked by the code that publishes it, whenever it has changed and nobody types; undefined is not checked. */
export function useCheck(taxonomy: Taxonomy | undefined): Checked {
  const [said, setSaid] = useState<Said>(NOTHING);
  useEffect(() => {
    if (taxonomy === undefined) return undefined;
    let isStale = false;
    const look = async () => {
      const answered = await check(taxonomy);
      if (!isStale) setSaid((before) => ({ ...before, ...answered, of: taxonomy }));
    };
    const timer = setTimeout(() => void look(), QUIET_MS);
    return () => {
      isStale = true;
      clearTimeout(timer);
    };
  }, [taxonomy]);
  const { of, ...rest } = said;
  const isCurrent = taxonomy !== undefined && of === taxonomy;
  return { ...rest, isCurrent, isValid: isCurrent && rest.errors.size === 0 };
}

async function check(taxonomy: Taxonomy): Promise<Partial<Checked>> {
  try {
    const {
      errors,
      changes,
      likenesses,
      in_force: inForce,
    } = await ask(v1.taxonomy.check.$post({}, sending(taxonomy)));
    // The first thing that is wrong with a field is the one to mend.
    const byField = new Map(errors.toReversed().map(({ field, message }) => [field, message]));
    return { errors: byField, changes, likenesses, inForce, failure: '' };
  } catch (thrown) {
    return { failure: messageOf(thrown) };
  }
}
