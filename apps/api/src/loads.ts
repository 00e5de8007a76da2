import { type Incoming, jobsOf, type LoadReceipt, receiveLoads } from '@usher/db/receive-load';
import type { RequestDatabase } from './database.ts';
import type { Events } from './events.ts';
import type { Hints } from './hints.ts';
import { together } from './together.ts';

/** Where the deliveries of helpdesks come in. A receipt means that everything is committed; the workers are reminded after that. */
export interface Loads {
  /**
   * Takes what one delivery brings, in one transaction with those that come at the same moment, within 1.5 s. Throws
   * DatabaseUnavailable; then the helpdesk sends it again, and whatever was stored all the same counts once.
   */
  receive(incoming: Incoming): Promise<LoadReceipt>;
}

const MAX_TRANSACTIONS = 3;
const MAX_DELIVERIES_A_TRANSACTION = 100;

/** Makes the intake of deliveries of this process. */
export function createLoads(database: RequestDatabase, hints: Hints, events: Pick<Events, 'ticketsReceived'>): Loads {
  const store = async (deliveries: readonly Incoming[]) => {
    const receipts = await database.quick((db) => receiveLoads(db, deliveries));
    events.ticketsReceived(receipts.flatMap((receipt) => receipt.receipts));
    hints.give(receipts.flatMap(jobsOf));
    return receipts;
  };
  return {
    receive: together({
      store,
      atATime: MAX_TRANSACTIONS,
      most: MAX_DELIVERIES_A_TRANSACTION,
      withinMs: database.quickMs,
    }),
  };
}
