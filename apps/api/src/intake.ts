import type { Job } from '@usher/core/jobs';
import type { Arrival, Receipt } from '@usher/db/arrival';
import { receiveTickets } from '@usher/db/receive-tickets';
import type { RequestDatabase } from './database.ts';
import type { Events } from './events.ts';
import type { Hints } from './hints.ts';
import { together } from './together.ts';

/** Where tickets come in. A receipt means that its ticket is committed; the workers are reminded after that. */
export interface Intake {
  /** Takes one ticket, in one statement with those that other requests bring at the same moment. Within 1.5 s. */
  receive(arrival: Arrival): Promise<Receipt>;
  /** Takes many tickets of one request and answers in their order. */
  receiveMany(arrivals: readonly Arrival[]): Promise<Receipt[]>;
}

const MAX_STATEMENTS = 2;
const MAX_ARRIVALS_A_STATEMENT = 200;

/** Makes the intake of this process. */
export function createIntake(database: RequestDatabase, hints: Hints, events: Pick<Events, 'ticketsReceived'>): Intake {
  const accepted = (receipts: Receipt[]) => {
    events.ticketsReceived(receipts);
    hints.give(receipts.flatMap(jobOf));
    return receipts;
  };
  return {
    receive: together({
      store: async (arrivals: readonly Arrival[]) =>
        accepted(await database.quick((db) => receiveTickets(db, arrivals))),
      atATime: MAX_STATEMENTS,
      most: MAX_ARRIVALS_A_STATEMENT,
      withinMs: database.quickMs,
    }),
    async receiveMany(arrivals) {
      return accepted(await database.slow((db) => receiveTickets(db, arrivals)));
    },
  };
}

function jobOf({ ticketId, revision, lane, outcome }: Receipt): Job[] {
  const isWorkDue = outcome === 'new' || outcome === 'revised';
  return isWorkDue ? [{ name: 'classify', payload: { ticketId, revision, lane } }] : [];
}
