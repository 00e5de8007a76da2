import { readableTicket } from '@usher/core/clean/readable-ticket';
import type { TicketText } from '@usher/core/ticket';
import { examplesAfter, newestExample, startOfNewest } from '@usher/db/examples';
import { type LabelledTicket, listLabelled } from '@usher/db/labelled-tickets';
import { currentTaxonomy } from '@usher/db/taxonomies';
import { keepShelf } from '@usher/engines/keep-shelf';
import type { RequestDatabase } from './database.ts';

/** Newest labelled texts that are looked through: about 20 MB, and a second to read them when somebody first asks. */
const MOST_EXAMPLES = 5_000;
const MOST_SIMILAR = 4;
/** Texts with less in common have nothing to tell. */
const LEAST_LIKENESS = 0.08;

/** A ticket of which it is known what it was, and how much it is like another one, 0 to 1. */
export interface SimilarTicket extends LabelledTicket {
  likeness: number;
}

/** Finds tickets of which somebody said what they were. */
export interface SimilarTickets {
  /** Those like this one, best first. Throws DatabaseUnavailable. */
  like(ticket: TicketText & { id: number }): Promise<SimilarTicket[]>;
  /** Reads what is needed for that, so that the first who asks need not wait for it. Throws DatabaseUnavailable. */
  warmUp(): Promise<void>;
}

/** Finds them by the same words by which examples for Claude's prompt are found. Nothing is read before somebody asks or warms up. */
export function createSimilarTickets(database: RequestDatabase): SimilarTickets {
  const shelfFor = keepShelf(
    {
      newest: () => database.quick(newestExample),
      startOfNewest: (count) => database.quick((db) => startOfNewest(db, count)),
      after: (page) => database.slow((db) => examplesAfter(db, page)),
    },
    { most: MOST_EXAMPLES },
  );
  const open = async () => {
    const published = await database.quick(currentTaxonomy);
    return published && shelfFor({ taxonomy: published.taxonomy, taxonomyVersion: published.version });
  };
  const like: SimilarTickets['like'] = async ({ id: ticketId, ...text }) => {
    const shelf = await open();
    if (shelf === undefined) return [];
    const near = shelf.nearestTickets(readableTicket(text), { ticketId, most: MOST_SIMILAR });
    const wanted = near.filter(({ likeness }) => likeness >= LEAST_LIKENESS);
    const labelled = await database.quick((db) =>
      listLabelled(
        db,
        wanted.map(({ ticketId }) => ticketId),
      ),
    );
    return wanted.flatMap(({ ticketId, likeness }) => {
      const found = labelled.find(({ id }) => id === ticketId);
      return found === undefined ? [] : [{ ...found, likeness }];
    });
  };
  return {
    like,
    async warmUp() {
      await open();
    },
  };
}
