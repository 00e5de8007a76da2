import type { BatchPlace, Lane, TicketDraft } from '@usher/core/ticket';

/** A draft on its way in, with the source that sent it. */
export interface Arrival {
  sourceId: number;
  lane: Lane;
  draft: TicketDraft;
  /** True for a bulk ticket that may wait for a Message Batch, at half the price. */
  isForBatch?: boolean;
}

/**
 * What became of a draft: a new ticket, a new revision of a known one, the same text again, or a text that is older than
 * the newest one (kept in the ticket's history, no work due).
 */
export type Receipt = {
  ticketId: number;
  externalId: string;
  revision: number;
  lane: Lane;
  outcome: 'new' | 'revised' | 'duplicate' | 'superseded';
};

/** A draft with the hash of its text. */
export type HashedArrival = Arrival & { textHash: string };

/** Where a ticket starts on its way to a batch; live tickets never take it. */
export function batchPlaceOf({ lane, isForBatch = false }: Pick<Arrival, 'lane' | 'isForBatch'>): BatchPlace | null {
  return isForBatch && lane === 'bulk' ? 'awaiting' : null;
}
