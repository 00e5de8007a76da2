import { readableTicket } from '@usher/core/clean/readable-ticket';
import type { Example } from '@usher/core/engine';
import type { TicketText } from '@usher/core/ticket';
import type { Db } from '@usher/db/connect';
import { examplesAfter, newestExample, startOfNewest } from '@usher/db/examples';
import { createExampleShelf, type ExampleShelf } from '@usher/engines/example-shelf';
import type { Current } from './current-release.ts';

/** Stored examples that are looked through; older ones are the least like today's tickets, and this bounds the memory. */
const MOST_EXAMPLES = 20_000;

/** Examples that are read from Postgres at a time, so that other work gets its turn in between. */
const PAGE = 100;

/** Numbers are given before they are committed, so that a lower one may show up this much later than a higher one. */
const LATE = 100;

/** Finds labelled texts like a ticket's, with every correction that was committed before it is asked. Throws DatabaseUnavailable. */
export type SimilarExamples = (
  ticket: { ticketId: number; text: TicketText },
  current: Pick<Current, 'release' | 'model'>,
) => Promise<Example[]>;

/** The examples of one taxonomy and how far they were read. */
interface Stock {
  shelf: ExampleShelf;
  taxonomyVersion: number;
  /** Number of the newest example when they were last read. */
  newest: number;
  /** Numbers of the examples that were taken in. */
  read: Set<number>;
}

/**
 * Keeps the taxonomy's starter examples and the newest stored ones in memory. Each search asks Postgres for the number of
 * the newest example, and reads only those that came since.
 */
export function createSimilarExamples({ db, most = MOST_EXAMPLES }: { db: Db; most?: number }): SimilarExamples {
  let stock: Stock | undefined;
  const renew = oneAtATime(async (release: Current['release']) => {
    stock = await renewed(stock, release, { db, most });
    return stock;
  });
  return async ({ ticketId, text }, { release, model }) => {
    const { shelf } = await renew(release);
    return shelf.similarTo(text, { model, ticketId });
  };
}

async function renewed(
  stock: Stock | undefined,
  { taxonomy, taxonomyVersion }: Current['release'],
  { db, most }: { db: Db; most: number },
): Promise<Stock> {
  const newest = await newestExample(db);
  // A removed text still takes some memory, so that after many changes everything is read anew.
  const isKept = stock !== undefined && stock.taxonomyVersion >= taxonomyVersion && stock.read.size < 2 * most + LATE;
  if (isKept && stock.newest === newest) return stock;
  const grown = isKept
    ? stock
    : {
        shelf: createExampleShelf(taxonomy, { most }),
        taxonomyVersion,
        newest: await startOfNewest(db, most),
        read: new Set<number>(),
      };
  await readInto(grown, db);
  grown.newest = newest;
  return grown;
}

async function readInto({ shelf, newest, read }: Stock, db: Db): Promise<void> {
  let after = newest - LATE;
  for (let isMore = true; isMore;) {
    const page = await examplesAfter(db, { after, limit: PAGE });
    for (const { id, ticketId, isRetired, ...example } of page) {
      if (isRetired || read.has(id)) continue;
      shelf.put({ ...example, ...readableTicket(example) }, ticketId);
      read.add(id);
    }
    after = page.at(-1)?.id ?? after;
    isMore = page.length === PAGE;
  }
}

/** Runs one look at a time. Who asks during a look shares the one after it, which sees all that was there when they asked. */
function oneAtATime<Wanted, Result>(look: (wanted: Wanted) => Promise<Result>): (wanted: Wanted) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  let next: Promise<Result> | undefined;
  return (wanted) => {
    next ??= last.then(() => {
      next = undefined;
      return look(wanted);
    });
    last = next.catch(() => undefined);
    return next;
  };
}
