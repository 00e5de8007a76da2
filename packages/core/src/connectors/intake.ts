import type { TicketDraft } from '../ticket.ts';
import type { IgnoreReason, Outcome, Reading } from './reading.ts';
import type { HelpdeskRequest } from './request.ts';

/** What must be fetched from a helpdesk later: a ticket's text, or what it was at its end, unless that was told. */
export type Errand =
  | { kind: 'text'; externalId: string; requests: HelpdeskRequest[] }
  | { kind: 'close'; externalId: string; outcome: Outcome | null };

/** What one delivery, or one page of a list, brings. */
export interface Load {
  drafts: TicketDraft[];
  errands: Errand[];
  ignored: IgnoreReason[];
  /** Why events could not be read; none of them is quoted. */
  unreadable: string[];
}

/**
 * Sorts what was read. Of several texts for the same ticket all stay, in their order; of several errands of a kind for the
 * same ticket one is enough, since it finds whatever is there by then.
 */
export function loadOf(readings: readonly Reading[]): Load {
  const load: Load = { drafts: [], errands: [], ignored: [], unreadable: [] };
  const errands = new Map<string, Errand>();
  for (const reading of readings) {
    switch (reading.kind) {
      case 'ticket':
        load.drafts.push(reading.draft);
        break;
      case 'fetch': {
        const { ticketId: externalId, requests } = reading;
        errands.set(`text ${externalId}`, { kind: 'text', externalId, requests });
        break;
      }
      case 'closed': {
        const { ticketId: externalId, outcome } = reading;
        errands.set(`close ${externalId}`, { kind: 'close', externalId, outcome });
        break;
      }
      case 'ignored':
        load.ignored.push(reading.reason);
        break;
      case 'unreadable':
        load.unreadable.push(reading.why);
        break;
    }
  }
  load.errands = [...errands.values()];
  return load;
}
