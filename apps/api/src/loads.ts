import { type Incoming, jobsOf, type LoadReceipt, receiveLoad } from '@usher/db/receive-load';
import type { RequestDatabase } from './database.ts';
import type { Events } from './events.ts';
import type { Hints } from './hints.ts';

/** Where the deliveries of helpdesks come in. A receipt means that everything is committed; the workers are reminded after that. */
export interface Loads {
  /** Takes what one delivery brings, within 1.5 s. Throws DatabaseUnavailable; then nothing was stored. */
  receive(incoming: Incoming): Promise<LoadReceipt>;
}

/** Makes the intake of deliveries of this process. */
export function createLoads(database: RequestDatabase, hints: Hints, events: Pick<Events, 'ticketsReceived'>): Loads {
  return {
    async receive(incoming) {
      const receipt = await database.quick((db) => receiveLoad(db, incoming));
      events.ticketsReceived(receipt.receipts);
      hints.give(jobsOf(receipt));
      return receipt;
    },
  };
}
