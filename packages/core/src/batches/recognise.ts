/** A batch as a list of recent ones tells of it; none tells what it holds while it is in progress. */
export interface ListedBatch {
  id: string;
  /** Requests in all. */
  requests: number;
  hasEnded: boolean;
}

/** What is sure about a batch whose creation was not answered. */
export type Recognition =
  /** None of them can be ours: it was never created. */
  | { kind: 'absent' }
  /** One ended, and its results will tell by their first line. */
  | { kind: 'look'; batchIds: string[] }
  /** One is in progress and may be ours: only its end can tell. */
  | { kind: 'wait' };

/**
 * Looks for a batch of so many requests among those that were created since it was sent. The API keeps no name for a
 * batch, so that only the number of requests and, once it ended, its first result can tell; until then nothing is sent
 * again, because a second batch would be paid, too.
 */
export function recognise(
  listed: readonly ListedBatch[],
  { requests, known }: { requests: number; known: readonly string[] },
): Recognition {
  const candidates = listed.filter((batch) => batch.requests === requests && !known.includes(batch.id));
  const ended = candidates.filter(({ hasEnded }) => hasEnded).map(({ id }) => id);
  if (ended.length > 0) return { kind: 'look', batchIds: ended };
  return candidates.length > 0 ? { kind: 'wait' } : { kind: 'absent' };
}
