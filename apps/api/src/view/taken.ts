import { z } from '@hono/zod-openapi';
import type { Load } from '@usher/core/connectors/intake';
import type { LoadReceipt } from '@usher/db/receive-load';

/** What became of a helpdesk's webhook. */
export const Taken = z
  .object({
    status: z.literal('taken'),
    duplicate: z.literal(true).optional().describe('This delivery was taken before; nothing changed.'),
    tickets: z.number().int().describe('Tickets that are new or have a new text.'),
    fetching: z.number().int().describe('Tickets of which more is fetched now.'),
    ignored: z.number().int().describe('Events that need no work.'),
    unreadable: z.number().int().describe('Events that are not of the known form.'),
  })
  .openapi('Taken');
export type Taken = z.infer<typeof Taken>;

/** Shows what became of a delivery. */
export function showTaken({ seen, receipts, fetchIds }: LoadReceipt, load: Load): Taken {
  const changed = receipts.filter(({ outcome }) => outcome === 'new' || outcome === 'revised');
  return {
    status: 'taken',
    ...(seen && { duplicate: true as const }),
    tickets: changed.length,
    fetching: fetchIds.length,
    ignored: load.ignored.length,
    unreadable: load.unreadable.length,
  };
}
