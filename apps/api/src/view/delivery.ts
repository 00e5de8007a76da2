import { z } from '@hono/zod-openapi';
import type { ListedDelivery } from '@usher/db/list-deliveries';
import { deliveryStates } from '@usher/db/schema/operations';
import { shown, ShownMoment, shownOrNull } from './moment.ts';

/** A delivery as the API shows it. */
export const Delivery = z
  .object({
    id: z.number().int(),
    event: z.string(),
    endpoint: z
      .number()
      .int()
      .nullable()
      .describe('Number of the endpoint; null where it goes to the helpdesk of the source.'),
    decision: z.number().int().nullable(),
    state: z
      .enum(deliveryStates)
      .describe('`dead`: given up, may be replayed. `superseded`: a later one made it superfluous.'),
    attempts: z.number().int(),
    due_at: ShownMoment.nullable().describe('When it is tried next; null unless pending.'),
    last_status: z.number().int().nullable(),
    last_error: z.string().nullable(),
    created_at: ShownMoment,
    delivered_at: ShownMoment.nullable(),
  })
  .openapi('Delivery');

/** Shows a delivery. */
export function showDelivery(row: Omit<ListedDelivery, 'source' | 'externalId'>): z.infer<typeof Delivery> {
  const { id, event, endpointId, decisionId, state, attempts } = row;
  return {
    id,
    event,
    endpoint: endpointId,
    decision: decisionId,
    state,
    attempts,
    due_at: shownOrNull(state === 'pending' ? row.dueAt : null),
    last_status: row.lastStatus,
    last_error: row.lastError,
    created_at: shown(row.createdAt),
    delivered_at: shownOrNull(row.deliveredAt),
  };
}
