import { z } from '@hono/zod-openapi';
import { OutboundEvent } from '@usher/core/outbound-event';
import type { Endpoint as Stored } from '@usher/db/endpoints';
import { shown, ShownMoment, shownOrNull } from './moment.ts';

/** An endpoint as the API shows it: without its secrets. */
export const Endpoint = z
  .object({
    id: z.number().int(),
    url: z.string(),
    description: z.string().nullable(),
    events: z.array(OutboundEvent),
    source: z.string().nullable().describe('Name of the only source that it is told about; null for every source.'),
    disabled_at: ShownMoment.nullable(),
    disabled_why: z.enum(['gone', 'by_hand']).nullable().describe('`gone`: it answered 410.'),
    old_secret_until: ShownMoment.nullable().describe('Until when the secret before this one signs, too.'),
    created_at: ShownMoment,
  })
  .openapi('Endpoint');

/** Shows an endpoint. */
export function showEndpoint(stored: Stored): z.infer<typeof Endpoint> {
  const { id, url, description, events, source, disabledWhy } = stored;
  return {
    id,
    url,
    description,
    events,
    source,
    disabled_at: shownOrNull(stored.disabledAt),
    disabled_why: disabledWhy,
    old_secret_until: shownOrNull(stored.oldSecretUntil),
    created_at: shown(stored.createdAt),
  };
}
