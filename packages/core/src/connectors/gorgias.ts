import { z } from 'zod';
import type { Changes, Current } from './changes.ts';
import { defineConnector } from './connector.ts';
import { htmlNote, plainNote } from './note.ts';
import { Choices, OneChoice } from './offers.ts';
import { earliest, Id, OptionalId, Text, VendorMoment } from './payload.ts';
import { closed, fetchFirst, ignored, readAs, type Reading, ticket } from './reading.ts';
import { get, holdsAny, type HelpdeskRequest, type Json, needed, numberOrText, path, set } from './request.ts';
import { ConnectorSettings } from './settings.ts';

/** The JSON that `setup` gives. */
const Event = z.object({
  event: z.string(),
  ticket_id: Id,
  status: Text,
  actor_id: OptionalId,
});

const Message = z.object({
  from_agent: z.boolean().nullish(),
  body_text: Text,
  body_html: Text,
  created_datetime: VendorMoment,
  sender: z.object({ email: Text }).nullish(),
});
const Fetched = z.tuple([
  z.object({
    subject: Text,
    channel: Text,
    language: Text,
    created_datetime: VendorMoment,
    messages: z.array(Message),
  }),
]);

/** Custom fields come as a record of objects (unconfirmed). */
const CustomFields = z
  .record(z.string(), z.object({ value: z.json().optional() }))
  .nullish()
  .transform((fields): Record<string, Json> =>
    Object.fromEntries(Object.entries(fields ?? {}).map(([id, { value = null }]) => [id, value])),
  );

const CurrentTicket = z
  .tuple([
    z.object({
      assignee_team: z.union([z.null(), z.object({ id: Id }).transform(({ id }) => id)]),
      tags: z.array(z.object({ name: z.string() })),
      custom_fields: CustomFields,
      status: Text,
    }),
  ])
  .transform(([found]): Current => ({
    team: found.assignee_team,
    priority: null,
    tags: found.tags.map(({ name }) => name),
    fields: found.custom_fields,
    status: found.status,
    stamp: null,
  }));

/**
 * Tickets by HTTP integration, which signs nothing: a secret of ours comes along in a header. The text is fetched, since
 * it is unconfirmed how a template reaches it. `fields.priority` can hold our priority.
 */
export const gorgias = defineConnector({
  name: 'gorgias',
  title: 'Gorgias',
  setup: [
    'Settings → HTTP integrations → Add: URL `{url}`, POST, JSON, trigger *Ticket created*,',
    'header `x-usher-secret: <the webhook secret>`, body `{"event":"ticket-created","ticket_id":"{{ticket.id}}"}`.',
    'A second one with the trigger *Ticket status updated*: `{"event":"ticket-status-updated","ticket_id":"{{ticket.id}}","status":"{{ticket.status}}"}`.',
  ].join('\n'),
  settings: ConnectorSettings,
  credentials: ['email', 'api_key'],
  signature: { kind: 'secret_header', header: 'x-usher-secret' },
  deliveryId: 'nowhere',
  read: ({ body }) =>
    readAs(Event, body, ({ event, ticket_id, status, actor_id }) => {
      if (event === 'ticket-created') return fetchFirst(ticket_id, [get(path`/api/tickets/${ticket_id}`)], actor_id);
      const isEnd = event === 'ticket-status-updated' && status === 'closed';
      return isEnd ? closed(ticket_id, { by: actor_id }) : ignored('other_event');
    }),
  readFetched: (ticketId, answers) => readAs(Fetched, answers, ([found]) => firstOf(ticketId, found)),
  api: {
    authorisation: { kind: 'basic', user: '{email}', password: '{api_key}' },
    features: { priority: false, tags: 'by name' },
    goneOn: [404],
    offers: {
      teams: {
        request: () => get('/api/teams?limit=100'),
        read: z.object({ data: Choices }).transform(({ data }) => data),
      },
      // That 0 is the caller is unconfirmed.
      self: { request: () => get('/api/users/0'), read: OneChoice },
    },
    look: (ticketId) => [get(path`/api/tickets/${ticketId}`)],
    current: () => CurrentTicket,
    change: ({ ticketId, changes }) => calls(path`/api/tickets/${ticketId}`, changes),
    note: ({ ticketId, lines }) =>
      set('POST', path`/api/tickets/${ticketId}/messages`, {
        channel: 'internal-note',
        via: 'api',
        from_agent: true,
        body_text: plainNote(lines),
        body_html: htmlNote(lines),
      }),
    notes: (ticketId) => get(path`/api/tickets/${ticketId}`),
  },
});

function firstOf(ticketId: string, { messages, ...found }: z.infer<typeof Fetched>[0]): Reading {
  const written = messages.filter(({ from_agent }) => from_agent !== true);
  const first = earliest(written, ({ created_datetime }) => created_datetime);
  if (first === undefined) return ignored('by_agent');
  const { subject, channel, language, created_datetime: created_at } = found;
  const body = first.body_text === '' ? first.body_html : first.body_text;
  return ticket({ ticket_id: ticketId, subject, body, requester: first.sender?.email, channel, language, created_at });
}

/** The form of custom fields, and that DELETE takes tags away, are unconfirmed. */
function calls(place: string, { team, fields, addTags, removeTags }: Changes): HelpdeskRequest[] {
  const custom = Object.entries(fields).map(([id, value]) => ({ id: numberOrText(id), value }));
  const assignee = team == null ? null : { id: numberOrText(team) };
  return needed(
    team !== undefined && set('PUT', place, { assignee_team: assignee }),
    holdsAny(fields) && set('POST', `${place}/custom-fields`, custom),
    addTags.length > 0 && set('POST', `${place}/tags`, { names: addTags }),
    removeTags.length > 0 && set('DELETE', `${place}/tags`, { names: removeTags }),
  );
}
