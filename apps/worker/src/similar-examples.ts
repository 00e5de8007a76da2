import type { Example } from '@usher/core/engine';
import type { TicketText } from '@usher/core/ticket';
import type { Db } from '@usher/db/connect';
import { examplesAfter, newestExample, startOfNewest } from '@usher/db/examples';
import { keepShelf } from '@usher/engines/keep-shelf';
import type { Current } from './current-release.ts';

/** Stored examples that are looked through; older ones are the least like today's tickets, and this bounds the memory. */
const MOST_EXAMPLES = 20_000;

/** Finds labelled texts like a ticket's, with every correction that was committed before it is asked. Throws DatabaseUnavailable. */
export type SimilarExamples = (
  ticket: { ticketId: number; text: TicketText },
  current: Pick<Current, 'release' | 'model'>,
) => Promise<Example[]>;

/** Finds them among the taxonomy's starter examples and the newest stored ones, which it keeps in memory. */
export function createSimilarExamples({ db, most = MOST_EXAMPLES }: { db: Db; most?: number }): SimilarExamples {
  const shelfFor = keepShelf(
    {
      newest: () => newestExample(db),
      startOfNewest: (count) => startOfNewest(db, count),
      after: (page) => examplesAfter(db, page),
    },
    { most },
  );
  return async ({ ticketId, text }, { release, model }) => {
    const shelf = await shelfFor(release);
    return shelf.similarTo(text, { model, ticketId });
  };
}
