import type { Retry } from '@usher/core/failure';
import type { Lane } from '@usher/core/ticket';

/** How long a ticket of each lane may wait for Claude, in milliseconds from its arrival; undefined means for ever. */
export interface MaxAges {
  live: number;
  bulk: number | undefined;
}

/** A last try has the deadline of one Claude call, and a little to write the decision down. */
const LAST_TRY_MS = 35_000;

const SHORTEST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** A ticket that has waited as long as it may is held up by nothing that is not broken itself. */
const OVERDUE_PAUSE_MS = 5_000;

/** How much of the end of its time a ticket keeps for the last try, in milliseconds: a third at most. */
export function lastTryMs(lane: Lane, maxAges: MaxAges): number {
  return Math.min(LAST_TRY_MS, (maxAges[lane] ?? Number.POSITIVE_INFINITY) / 3);
}

/** When a ticket stops waiting and takes what is at hand, in milliseconds since 1970, so that it ends within its age. */
export function waitsUntil({ lane, revisedAt }: { lane: Lane; revisedAt: Date }, maxAges: MaxAges): number {
  const maxAge = maxAges[lane];
  return maxAge === undefined ? Number.POSITIVE_INFINITY : revisedAt.getTime() + maxAge - lastTryMs(lane, maxAges);
}

export interface Waiting {
  /** Milliseconds since the ticket arrived. */
  ageMs: number;
  /** Milliseconds until it stops waiting; negative once it has. */
  leftMs: number;
  /** Whether the shared budget has set the time, for this ticket alone. */
  isTurn: boolean;
  /** 0 to 1; spreads tickets that failed together. */
  random: number;
}

/**
 * Milliseconds after which a ticket is looked at again: as long as the failure says, otherwise the longer the longer it
 * has waited already, and in any case no longer than it may wait.
 */
export function pauseMs(retry: Retry, { ageMs, leftMs, isTurn, random }: Waiting): number {
  const asked =
    typeof retry === 'object'
      ? retry.afterMs * (1 + (isTurn ? 0 : random / 10))
      : Math.min(Math.max(ageMs / 2, SHORTEST_PAUSE_MS), LONGEST_PAUSE_MS) * (1 + random / 4);
  return Math.ceil(Math.min(asked, leftMs > 0 ? leftMs : OVERDUE_PAUSE_MS));
}
