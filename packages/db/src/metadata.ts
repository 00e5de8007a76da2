import type { TicketDraft } from '@usher/core/ticket';

/** Whatever else a source sent along with a ticket. */
export type Metadata = TicketDraft['metadata'];
