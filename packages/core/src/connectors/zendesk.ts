import { z } from 'zod';
import type { Changes, Current } from './changes.ts';
import { defineConnector } from './connector.ts';
import { plainNote } from './note.ts';
import { Choices, OneChoice } from './offers.ts';
import { Id, NullableId, OptionalId, Text, VendorMoment } from './payload.ts';
import { closed, ignored, readAs, type Reading, ticket } from './reading.ts';
import { get, holdsAny, type HelpdeskRequest, needed, numberOrText, path, set } from './request.ts';
import { settingsWith } from './settings.ts';

const Settings = settingsWith({ priorities: { low: 'low', medium: 'normal', high: 'high', urgent: 'urgent' } });

const Detail = z.object({
  id: Id,
  subject: Text,
  description: Text,
  requester_id: OptionalId,
  actor_id: OptionalId, // unconfirmed
  created_at: VendorMoment,
  updated_at: VendorMoment,
  status: Text,
  via: z.object({ channel: Text }).nullish(),
});
/** One third party nests the ticket once more. */
const Event = z.object({
  type: z.string(),
  detail: z.union([z.object({ ticket: Detail }).transform(({ ticket }) => ticket), Detail]),
});

/** Ten calls a minute are allowed. What changed within the last minute is left for the next time. */
const Export = z.object({
  tickets: z.array(Detail),
  after_cursor: z
    .string()
    .nullish()
    .transform((cursor) => cursor ?? null),
  end_of_stream: z.boolean(),
});

const TICKET_CREATED = 'zen:event-type:ticket.created';
const STATUS_CHANGED = 'zen:event-type:ticket.status_changed'; // unconfirmed, as is that detail.status tells the new one
const ENDS = ['solved', 'closed'];

const CurrentTicket = z
  .tuple([
    z.object({
      ticket: z.object({
        group_id: NullableId,
        priority: NullableId,
        tags: z.array(z.string()),
        custom_fields: z.array(z.object({ id: Id, value: z.json() })),
        status: Text,
        updated_at: z.string(),
      }),
    }),
  ])
  .transform(([{ ticket }]): Current => ({
    team: ticket.group_id,
    priority: ticket.priority,
    tags: ticket.tags,
    fields: Object.fromEntries(ticket.custom_fields.map(({ id, value }) => [id, value])),
    status: ticket.status,
    stamp: ticket.updated_at,
  }));

/** Tickets by event webhook or trigger webhook; the API's `tags` would replace, so tags have calls of their own. */
export const zendesk = defineConnector({
  name: 'zendesk',
  title: 'Zendesk',
  setup: [
    'Admin Center → Apps and integrations → Webhooks → Create webhook → Zendesk events: *Ticket created* and *Ticket status changed*.',
    'Endpoint URL `{url}`, method POST, format JSON. Then *Reveal secret* and give it to Usher as the webhook secret.',
    'A trigger may send the same instead: `{"type":"zen:event-type:ticket.created","detail":{"id":"{{ticket.id}}","subject":"{{ticket.title}}","description":"{{ticket.description}}"}}`.',
  ].join('\n'),
  settings: Settings,
  credentials: ['email', 'api_token'],
  secretIs: 'theirs',
  signature: {
    kind: 'hmac',
    algorithm: 'sha256',
    encoding: 'base64',
    header: 'x-zendesk-webhook-signature',
    signed: ['timestamp', 'body'],
    timestamp: { header: 'x-zendesk-webhook-signature-timestamp', unit: 'iso', toleranceSeconds: 300 },
  },
  deliveryId: { header: 'x-zendesk-webhook-invocation-id' },
  read: ({ body }) =>
    readAs(Event, body, ({ type, detail }) => {
      if (type === STATUS_CHANGED && ENDS.includes(detail.status.toLowerCase())) {
        return closed(detail.id, { by: detail.actor_id });
      }
      if (type !== TICKET_CREATED) return ignored('other_event');
      return readDetail(detail);
    }),
  api: {
    authorisation: { kind: 'basic', user: '{email}/token', password: '{api_token}' },
    features: { priority: true, tags: 'by name' },
    lookAgainOn: [409],
    goneOn: [404],
    pull: {
      start: (since) => `start_time=${Math.floor(since.getTime() / 1_000)}`,
      page: (cursor) => get(`/api/v2/incremental/tickets/cursor.json?${cursor}`),
      read: ({ cursor }) =>
        Export.transform(({ tickets, after_cursor, end_of_stream }) => ({
          readings: tickets.flatMap(readExported),
          cursor: after_cursor === null ? cursor : `cursor=${encodeURIComponent(after_cursor)}`,
          hasMore: !end_of_stream,
        })),
    },
    offers: {
      teams: {
        request: () => get('/api/v2/groups?page[size]=100'),
        read: z.object({ groups: Choices }).transform(({ groups }) => groups),
      },
      self: {
        request: () => get('/api/v2/users/me'),
        read: z.object({ user: OneChoice }).transform(({ user }) => user),
      },
    },
    look: (ticketId) => [get(path`/api/v2/tickets/${ticketId}`)],
    current: () => CurrentTicket,
    change: ({ ticketId, changes, current }) =>
      needed(
        changesValues(changes) && set('PUT', path`/api/v2/tickets/${ticketId}`, { ticket: valuesOf(changes, current) }),
        ...tagCalls(ticketId, changes),
      ),
    note: ({ ticketId, lines }) =>
      set('PUT', path`/api/v2/tickets/${ticketId}`, { ticket: { comment: { body: plainNote(lines), public: false } } }),
    notes: (ticketId) => get(`${path`/api/v2/tickets/${ticketId}/comments`}?sort_order=desc`),
  },
});

/** Deleted tickets are listed, too. */
function readExported(detail: z.infer<typeof Detail>): Reading[] {
  if (ENDS.includes(detail.status.toLowerCase())) return [closed(detail.id)];
  return detail.status === 'deleted' ? [] : [readDetail(detail)];
}

function readDetail(detail: z.infer<typeof Detail>): Reading {
  const { id: ticket_id, subject, description: body, requester_id: requester, created_at, updated_at, via } = detail;
  return ticket(
    { ticket_id, subject, body, requester, channel: via?.channel ?? null, created_at, updated_at },
    detail.actor_id,
  );
}

function changesValues({ team, priority, fields }: Changes): boolean {
  return team !== undefined || priority !== undefined || holdsAny(fields);
}

/** With `safe_update`, Zendesk answers 409 if the ticket changed after `updated_stamp`. */
function valuesOf({ team, priority, fields }: Changes, { stamp }: Current) {
  const custom = Object.entries(fields).map(([id, value]) => ({ id: numberOrText(id), value }));
  return {
    ...(team === undefined ? {} : { group_id: numberOrText(team) }),
    ...(priority === undefined ? {} : { priority }),
    ...(custom.length === 0 ? {} : { custom_fields: custom }),
    updated_stamp: stamp,
    safe_update: true,
  };
}

/** PUT adds to the tags. That DELETE takes tags away is unconfirmed. */
function tagCalls(ticketId: string, { addTags, removeTags }: Changes): HelpdeskRequest[] {
  const tags = path`/api/v2/tickets/${ticketId}/tags`;
  return needed(
    addTags.length > 0 && set('PUT', tags, { tags: addTags }),
    removeTags.length > 0 && set('DELETE', tags, { tags: removeTags }),
  );
}
