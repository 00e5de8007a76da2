import { z } from '@hono/zod-openapi';
import { Priority } from '@usher/core/priority';
import type { StoredTicket } from '@usher/db/find-ticket';

/** What was decided about a ticket, as a waiting helpdesk gets it. */
export const Decided = z
  .object({
    ticket_id: z.string(),
    routed_to: z.string().nullable().describe('Team that has the ticket now; `triage` where a person decides.'),
    category: z.string().nullable().describe('Null when nothing was predicted.'),
    subcategory: z.string().nullable(),
    priority: Priority.nullable(),
    sla_hours: z.number().nullable().describe('Hours from arrival until the ticket must be answered.'),
    confidence: z
      .number()
      .nullable()
      .describe('Probability, 0 to 1, that the category is right; null when nothing was predicted.'),
    note: z.string().nullable().describe('Why a person should look, if one should.'),
  })
  .openapi('Decided');
type Decided = z.infer<typeof Decided>;

const SHADOW_NOTE = 'Shadow mode: the ticket was classified and scored, and nothing was assigned.';

/** Shows the decision of a ticket whose work has ended. */
export function showDecided(ticket: StoredTicket): Decided {
  const { externalId, team, category, subcategory, priority, slaHours, confidence, note, state } = ticket;
  return {
    ticket_id: externalId,
    routed_to: team,
    category,
    subcategory,
    priority,
    sla_hours: slaHours,
    confidence,
    note: state === 'shadowed' ? SHADOW_NOTE : note,
  };
}
