import { z } from '@hono/zod-openapi';
import type { Receipt } from '@usher/db/arrival';

const marks = {
  duplicate: z.literal(true).optional().describe('This very text was received before: no new work.'),
  superseded: z
    .literal(true)
    .optional()
    .describe('Older than the text that is known: kept in the history, no new work.'),
};

/** A ticket that is stored and waits for its decision. */
export const Queued = z.object({ ticket_id: z.string(), status: z.literal('queued'), ...marks }).openapi('Queued');

/** The same with Usher's own number. */
export const NumberedQueued = z
  .object({ id: z.number().int(), ticket_id: z.string(), status: z.literal('queued'), ...marks })
  .openapi('NumberedQueued');

/** Shows what became of a ticket on its way in. */
export function showQueued({ externalId, outcome }: Receipt): z.infer<typeof Queued> {
  return {
    ticket_id: externalId,
    status: 'queued',
    ...(outcome === 'duplicate' && { duplicate: true }),
    ...(outcome === 'superseded' && { superseded: true }),
  };
}

/** Shows the same with Usher's own number. */
export function showNumberedQueued(receipt: Receipt): z.infer<typeof NumberedQueued> {
  return { id: receipt.ticketId, ...showQueued(receipt) };
}
