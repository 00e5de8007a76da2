import type { Lane, TicketDraft } from '@usher/core/ticket';

/** A draft on its way in, with the source that sent it. */
export interface Arrival {
  sourceId: number;
  lane: Lane;
  draft: TicketDraft;
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
