import { readableTicket } from '@usher/core/clean/readable-ticket';
import type { Example } from '@usher/core/engine';
import type { Taxonomy } from '@usher/core/taxonomy';
import { createExampleShelf, type ExampleShelf } from './example-shelf.ts';

/** Examples that are read at a time, so that other work gets its turn in between. */
const PAGE = 100;

/** Numbers are given before they are committed, so that a lower one may show up this much later than a higher one. */
const LATE = 100;

/** Where labelled texts are read from. */
export interface ExampleReader {
  /** Number of the newest, 0 if there is none. */
  newest(): Promise<number>;
  /** The number after which the newest so many begin. */
  startOfNewest(count: number): Promise<number>;
  /** Those after a number, in the order of their numbers. */
  after(page: { after: number; limit: number }): Promise<readonly ReadExample[]>;
}

/** A labelled text as it is read; a retired one was replaced by a later label. */
export interface ReadExample extends Example {
  id: number;
  ticketId: number | null;
  isRetired: boolean;
}

/** The taxonomy whose labels count. */
export interface Labels {
  taxonomy: Taxonomy;
  taxonomyVersion: number;
}

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
 * Keeps the taxonomy's starter examples and the newest stored ones in memory. Each time it is asked for, it asks for the number of the
 * newest example, and reads only those that came since. Throws what reading throws.
 */
export function keepShelf(
  reader: ExampleReader,
  { most }: { most: number },
): (labels: Labels) => Promise<ExampleShelf> {
  let stock: Stock | undefined;
  return oneAtATime(async (labels: Labels) => {
    stock = await renewed(stock, labels, { reader, most });
    return stock.shelf;
  });
}

async function renewed(
  stock: Stock | undefined,
  { taxonomy, taxonomyVersion }: Labels,
  { reader, most }: { reader: ExampleReader; most: number },
): Promise<Stock> {
  const newest = await reader.newest();
  // A removed text still takes some memory, so that after many changes everything is read anew.
  const isKept = stock !== undefined && stock.taxonomyVersion >= taxonomyVersion && stock.read.size < 2 * most + LATE;
  if (isKept && stock.newest === newest) return stock;
  const grown = isKept
    ? stock
    : {
        shelf: createExampleShelf(taxonomy, { most }),
        taxonomyVersion,
        newest: await reader.startOfNewest(most),
        read: new Set<number>(),
      };
  await readInto(grown, reader);
  grown.newest = newest;
  return grown;
}

async function readInto({ shelf, newest, read }: Stock, reader: ExampleReader): Promise<void> {
  let after = newest - LATE;
  for (let isMore = true; isMore;) {
    const page = await reader.after({ after, limit: PAGE });
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
