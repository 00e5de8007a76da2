import { type Share, wilson } from '../wilson.ts';

/** What became of one prediction. */
export interface Outcome {
  /** The probability that was stated; null where none was, and nothing may be done on the strength of it. */
  confidence: number | null;
  isRight: boolean;
}

/** A label beside what was predicted for its text. */
export interface Judgement {
  actual: string;
  /** Null where nothing was predicted, which counts as wrong. */
  given: string | null;
  confidence: number | null;
}

/** Whether the prediction came out right, with the confidence it was made with. */
export function outcomeOf({ actual, given, confidence }: Judgement): Outcome {
  return { confidence: given === null ? null : confidence, isRight: given === actual };
}

/** A share among n with its 95 % interval (Wilson's). */
export type CountedShare = Share & { n: number };

/** How many hold, as a share of all of them; null of none. */
export function shareOf<Item>(items: readonly Item[], holds: (item: Item) => boolean): CountedShare | null {
  const share = wilson(items.filter(holds).length, items.length);
  return share === null ? null : { ...share, n: items.length };
}
