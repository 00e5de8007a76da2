import type { Job } from '@usher/core/jobs';
import { DatabaseUnavailable } from '@usher/db/failures';
import type { Arrival, Receipt } from '@usher/db/arrival';
import { receiveTickets } from '@usher/db/receive-tickets';
import { within } from '@usher/queue/within';
import type { RequestDatabase } from './database.ts';
import type { Events } from './events.ts';
import type { Hints } from './hints.ts';

/** Where tickets come in. A receipt means that its ticket is committed; the workers are reminded after that. */
export interface Intake {
  /** Takes one ticket, in one statement with those that other requests bring at the same moment. Within 1.5 s. */
  receive(arrival: Arrival): Promise<Receipt>;
  /** Takes many tickets of one request and answers in their order. */
  receiveMany(arrivals: readonly Arrival[]): Promise<Receipt[]>;
}

/** While so many statements run, further arrivals gather for the next one. */
const MAX_STATEMENTS = 3;
const MAX_ARRIVALS_A_STATEMENT = 200;

interface Waiting {
  arrival: Arrival;
  isGivenUp: boolean;
  settle: PromiseWithResolvers<Receipt>;
}

/** Makes the intake of this process. */
export function createIntake(database: RequestDatabase, hints: Hints, events: Pick<Events, 'ticketsReceived'>): Intake {
  let gathered: Waiting[] = [];
  let statements = 0;
  let isFlushDue = false;

  const accepted = (receipts: Receipt[]) => {
    events.ticketsReceived(receipts);
    hints.give(receipts.flatMap(jobOf));
    return receipts;
  };

  const store = async (waiting: readonly Waiting[]) => {
    const arrivals = waiting.map(({ arrival }) => arrival);
    const receipts = accepted(await database.quick((db) => receiveTickets(db, arrivals)));
    receipts.forEach((receipt, at) => waiting[at]?.settle.resolve(receipt));
  };

  const storeOrFail = async (waiting: readonly Waiting[]): Promise<void> => {
    try {
      await store(waiting);
    } catch (error) {
      // One ticket that breaks a statement must not take the others of the same moment with it.
      if (waiting.length > 1 && !(error instanceof DatabaseUnavailable)) {
        await Promise.all(waiting.map((one) => storeOrFail([one])));
      } else {
        for (const { settle } of waiting) settle.reject(error);
      }
    }
  };

  const flush = () => {
    isFlushDue = false;
    gathered = gathered.filter(({ isGivenUp }) => !isGivenUp);
    while (gathered.length > 0 && statements < MAX_STATEMENTS) {
      statements += 1;
      void storeOrFail(gathered.splice(0, MAX_ARRIVALS_A_STATEMENT)).finally(() => {
        statements -= 1;
        flush();
      });
    }
  };

  return {
    async receive(arrival) {
      const waiting: Waiting = { arrival, isGivenUp: false, settle: Promise.withResolvers<Receipt>() };
      gathered.push(waiting);
      if (!isFlushDue) setImmediate(flush);
      isFlushDue = true;
      return within(waiting.settle.promise, database.quickMs, () => {
        waiting.isGivenUp = true;
        return new DatabaseUnavailable(new Error(`not stored in ${database.quickMs} ms`));
      });
    },
    async receiveMany(arrivals) {
      return accepted(await database.slow((db) => receiveTickets(db, arrivals)));
    },
  };
}

function jobOf({ ticketId, revision, lane, outcome }: Receipt): Job[] {
  const isWorkDue = outcome === 'new' || outcome === 'revised';
  return isWorkDue ? [{ name: 'classify', payload: { ticketId, revision, lane } }] : [];
}
