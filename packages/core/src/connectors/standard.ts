import { z } from 'zod';
import { defineConnector } from './connector.ts';
import { Id, OptionalId } from './payload.ts';
import { closed, ignored, readAs, ticket } from './reading.ts';
import { ConnectorSettings } from './settings.ts';

const TEXT_EVENTS = ['ticket.created', 'ticket.updated'];

const Key = z
  .string()
  .nullish()
  .transform((key) => key ?? null);

const Event = z.object({ type: z.string(), data: z.looseObject({ actor_id: OptionalId }) });
const Ticket = z.looseObject({ ticket_id: Id, body: z.string() });
const End = z.object({ ticket_id: Id, category: Key, subcategory: Key, team: Key });

/**
 * Any helpdesk or program that signs as Standard Webhooks 1.0 says (https://www.standardwebhooks.com). It has no API to
 * write to: decisions are told by outbound events, signed alike.
 */
export const standard = defineConnector({
  name: 'standard',
  title: 'Anything that signs (Standard Webhooks)',
  setup: [
    'Send `POST {url}`, signed per Standard Webhooks with the secret `whsec_…`.',
    'Body: `{"type":"ticket.created","data":{"ticket_id":"42","subject":"…","body":"…"}}`; `ticket.updated` when the text changes;',
    '`{"type":"ticket.closed","data":{"ticket_id":"42","category":"billing","team":"finance"}}` at the end, which teaches.',
    'Decisions come back as outbound events.',
  ].join('\n'),
  settings: ConnectorSettings.extend({ base_url: z.literal('').default('') }),
  credentials: [],
  signature: {
    kind: 'hmac',
    algorithm: 'sha256',
    encoding: 'base64',
    header: 'webhook-signature',
    prefix: 'v1,',
    most: 8,
    secret: 'whsec',
    signed: ['id', { text: '.' }, 'timestamp', { text: '.' }, 'body'],
    timestamp: { header: 'webhook-timestamp', unit: 'seconds', toleranceSeconds: 300 },
    idHeader: 'webhook-id',
  },
  deliveryId: { header: 'webhook-id' },
  read: ({ body }) =>
    readAs(Event, body, ({ type, data }) => {
      if (type === 'ticket.closed') {
        return readAs(End, data, ({ ticket_id, ...outcome }) => closed(ticket_id, { by: data.actor_id, outcome }));
      }
      if (!TEXT_EVENTS.includes(type)) return ignored('other_event');
      return readAs(Ticket, data, (draft) => ticket(draft, data.actor_id));
    }),
  api: null,
});
