import { type CountedShare, shareOf } from './outcome.ts';

/** Words in common, of all that either has, from which on two texts count as nearly the same. */
export const NEARLY_SAME = 0.9;

/** Share of nearly-the-same texts above which a split says little about new tickets. */
const MANY = 0.1;

/** How one text of the test relates to the texts that were learnt from. */
export interface Neighbour {
  /** Whether a text with nearly the same words was learnt from. */
  isNearlySame: boolean;
  /** Whether the label of the most similar text learnt from is the right one. */
  isRight: boolean;
  /** Whether the engine under test was right about it. */
  isEngineRight: boolean;
}

/** Whether the test may know the answers. */
export interface Leak {
  suspected: boolean;
  /** Share of the test's texts that are nearly the same as one learnt from. */
  share: number;
  shareInterval: { low: number; high: number } | null;
  /** How many texts were compared. */
  n: number;
  reason: string;
}

/**
 * Suspects a leak where many texts of the test are nearly the same as texts learnt from, or where looking up the most similar text
 * does better than the engine: then the test asks for memory, and what it says won't hold for new tickets.
 */
export function findLeak(neighbours: readonly Neighbour[]): Leak {
  const same = shareOf(neighbours, ({ isNearlySame }) => isNearlySame);
  const reasons = [manyReason(same), betterReason(neighbours)].filter((reason) => reason !== null);
  return {
    suspected: reasons.length > 0,
    share: same?.share ?? 0,
    shareInterval: same && { low: same.low, high: same.high },
    n: neighbours.length,
    reason:
      reasons.length > 0 ? reasons.join(' ') : 'Few texts repeat across the split, and looking them up does not win.',
  };
}

function manyReason(same: CountedShare | null): string | null {
  if (same === null || same.share < MANY) return null;
  return `${percent(same.share)} of the test's texts are nearly the same as a text learnt from.`;
}

function betterReason(neighbours: readonly Neighbour[]): string | null {
  const nearest = shareOf(neighbours, ({ isRight }) => isRight);
  const engine = shareOf(neighbours, ({ isEngineRight }) => isEngineRight);
  if (nearest === null || engine === null || nearest.share <= engine.share) return null;
  const isClear = nearest.low > engine.high;
  return (
    `Looking up the most similar text is right more often (${percent(nearest.share)}) than the engine ` +
    `(${percent(engine.share)})${isClear ? '' : `, if only on ${neighbours.length} texts`}: the test may paraphrase what was learnt from.`
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
