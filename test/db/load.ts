import type { Db } from '@usher/db/connect';
import { correctTicket } from '@usher/db/correct-ticket';
import { ping } from '@usher/db/ping';
import { receiveTickets } from '@usher/db/receive-tickets';
import { routeToFinance } from './decision.ts';
import { draft } from './draft.ts';

const TICKETS = 20;
const CALLERS = 16;

/** What became of the calls of a load. */
export interface Tally {
  answered: number;
  /** Numbers of the corrections and `ticket:revision` of the texts that were said to be stored. */
  corrections: number[];
  revisions: string[];
  thrown: unknown[];
}

/** A load that runs until it is ended; `end` resolves when every call has been answered or has thrown. */
export interface Load {
  tally: Tally;
  end: () => Promise<void>;
}

/** Stores tickets, then corrects them, revises them and asks for single statements, all at once and over and over. */
export async function startLoad(db: Db, sourceId: number): Promise<Load> {
  const arrival = (name: string, body: string) => ({ sourceId, lane: 'live' as const, draft: draft(name, { body }) });
  const names = Array.from({ length: TICKETS }, (_, at) => `load-${at}`);
  const receipts = await receiveTickets(
    db,
    names.map((name) => arrival(name, 'The first text')),
  );
  const tally: Tally = { answered: 0, corrections: [], revisions: [], thrown: [] };
  const decision = { ...routeToFinance({ reason: 'corrected' }), category: 'general' };
  const verbs = [
    async (at: number) => {
      const ticketId = receipts[at % TICKETS]?.ticketId ?? 0;
      // Each with a note of its own, since the same correction twice is one.
      const by = { actorKind: 'agent', actor: 'ana', note: `Call ${at}` } as const;
      tally.corrections.push((await correctTicket(db, { ticketId, decision, by, mode: 'auto' })).correctionId);
    },
    async (at: number) => {
      const [receipt] = await receiveTickets(db, [arrival(names[at % TICKETS] ?? '', `Text ${at}`)]);
      tally.revisions.push(`${receipt?.ticketId}:${receipt?.revision}`);
    },
    () => ping(db),
  ];
  const ending = new AbortController();
  const call = async (first: number) => {
    for (let at = first; !ending.signal.aborted; at += CALLERS) {
      try {
        await verbs[at % verbs.length]?.(at);
        tally.answered += 1;
      } catch (thrown) {
        tally.thrown.push(thrown);
      }
    }
  };
  const calls = Promise.all(Array.from({ length: CALLERS }, (_, first) => call(first)));
  return {
    tally,
    async end() {
      ending.abort();
      await calls;
    },
  };
}
