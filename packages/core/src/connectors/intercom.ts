import { z } from 'zod';
import type { Changes, Current } from './changes.ts';
import { defineConnector } from './connector.ts';
import { htmlNote } from './note.ts';
import { Choices, OneChoice } from './offers.ts';
import { Fields, Id, listOf, NullableId, OptionalId, Text, VendorMoment } from './payload.ts';
import { closed, ignored, readAs, type Reading, ticket } from './reading.ts';
import { get, holdsAny, type HelpdeskRequest, needed, path, set } from './request.ts';
import { ConnectorSettings, VendorName } from './settings.ts';

const Settings = ConnectorSettings.extend({
  base_url: ConnectorSettings.shape.base_url.default('https://api.intercom.io'),
  admin_id: VendorName.describe('The admin as whom Usher assigns, tags and notes. Usually also own_user_id.'),
});
type Settings = z.infer<typeof Settings>;

/** Conversations and tickets have APIs of their own, so a ticket's id says which it is. */
const TICKET = 'ticket-';

const Item = z.object({
  id: Id,
  created_at: VendorMoment,
  updated_at: VendorMoment,
  source: z.object({ subject: Text, body: Text, author: z.object({ id: OptionalId }).nullish() }).nullish(),
  ticket_attributes: z
    .object({ _default_title_: Text, _default_description_: Text })
    .transform(({ _default_title_: subject, _default_description_: body }) => ({ subject, body }))
    .nullish(),
});
type Item = z.infer<typeof Item>;
const Notification = z.object({ topic: z.string(), data: z.object({ item: z.unknown() }) });
/** Who closed a conversation stands in its newest part (unconfirmed). */
const Closing = z.object({
  id: Id,
  conversation_parts: z
    .object({ conversation_parts: listOf(z.object({ author: z.object({ id: OptionalId }).nullish() })) })
    .nullish(),
});

/** A conversation has tags and custom attributes; a ticket has attributes of its own, and may have no tags (unconfirmed). */
const CurrentTicket = z
  .tuple([
    z.union([
      z.object({
        team_assignee_id: NullableId,
        tags: z.object({ tags: z.array(z.object({ id: Id })) }),
        custom_attributes: Fields,
        state: Text,
      }),
      z
        .object({ team_assignee_id: NullableId, ticket_attributes: Fields })
        .transform((item) => ({ ...item, tags: { tags: [] }, custom_attributes: item.ticket_attributes, state: '' })),
    ]),
  ])
  .transform(([item]): Current => ({
    team: item.team_assignee_id,
    priority: null,
    tags: item.tags.tags.map(({ id }) => id),
    fields: item.custom_attributes,
    status: item.state,
    stamp: null,
  }));

/** Conversations and tickets of the inbox. A conversation knows no four priorities: `fields.priority` can hold ours. */
export const intercom = defineConnector({
  name: 'intercom',
  title: 'Intercom',
  setup: [
    'Developer Hub → your app → Webhooks: endpoint URL `{url}`, topics `conversation.user.created`, `conversation.admin.closed` and `ticket.created`.',
    "The webhook secret is the app's *client secret* (Basic information); the access token stands under Authentication.",
  ].join('\n'),
  settings: Settings,
  credentials: ['access_token'],
  secretIs: 'theirs',
  signature: {
    kind: 'hmac',
    algorithm: 'sha1',
    encoding: 'hex',
    header: 'x-hub-signature',
    prefix: 'sha1=',
    signed: ['body'],
  },
  deliveryId: { body: ['id'] },
  handshake: ({ body }) => (z.object({ topic: z.literal('ping') }).safeParse(body).success ? {} : null),
  read: ({ body }) => readAs(Notification, body, ({ topic, data }) => readTopic(topic, data.item)),
  api: {
    authorisation: { kind: 'header', name: 'authorization', value: 'Bearer {access_token}' },
    headers: { 'intercom-version': '2.14' },
    features: { priority: false, tags: 'by id' },
    goneOn: [404],
    offers: {
      teams: { request: () => get('/teams'), read: z.object({ teams: Choices }).transform(({ teams }) => teams) },
      self: { request: () => get('/me'), read: OneChoice },
    },
    look: (ticketId) => [get(placeOf(ticketId))],
    current: () => CurrentTicket,
    change: ({ ticketId, changes }, settings) =>
      ticketId.startsWith(TICKET)
        ? ticketCalls(ticketId, changes, settings)
        : conversationCalls(ticketId, changes, settings),
    // That tickets take a reply like conversations do is unconfirmed.
    note: ({ ticketId, lines }, { admin_id }) =>
      set('POST', `${placeOf(ticketId)}/reply`, {
        message_type: 'note',
        type: 'admin',
        admin_id,
        body: htmlNote(lines),
      }),
    notes: (ticketId) => get(placeOf(ticketId)),
  },
});

function readTopic(topic: string, item: unknown): Reading | Reading[] {
  switch (topic) {
    case 'conversation.user.created':
      return readAs(Item, item, ({ source, ...rest }) =>
        draftOf(rest, {
          ticketId: rest.id,
          subject: source?.subject ?? '',
          body: source?.body ?? '',
          by: source?.author?.id,
        }),
      );
    case 'ticket.created': // unconfirmed
      return readAs(Item, item, ({ ticket_attributes: attributes, ...rest }) => {
        const { subject, body } = attributes ?? { subject: '', body: '' };
        return draftOf(rest, { ticketId: TICKET + rest.id, subject, body, by: null });
      });
    case 'conversation.admin.closed': // unconfirmed
      return readAs(Closing, item, ({ id, conversation_parts: parts }) =>
        closed(id, { by: parts?.conversation_parts.at(-1)?.author?.id ?? null }),
      );
    case 'conversation.user.replied':
      return ignored('reply');
    default:
      return ignored('other_event');
  }
}

function draftOf(
  { created_at, updated_at }: Pick<Item, 'created_at' | 'updated_at'>,
  said: { ticketId: string; subject: string; body: string; by: string | null | undefined },
): Reading {
  const { ticketId: ticket_id, subject, body, by = null } = said;
  // A conversation is "updated" whenever anything happens to it: only its beginning orders its text.
  return ticket({ ticket_id, subject, body, requester: by, created_at: created_at ?? updated_at }, by);
}

function placeOf(ticketId: string): string {
  return ticketId.startsWith(TICKET)
    ? path`/tickets/${ticketId.slice(TICKET.length)}`
    : path`/conversations/${ticketId}`;
}

function conversationCalls(ticketId: string, changes: Changes, { admin_id }: Settings): HelpdeskRequest[] {
  const place = placeOf(ticketId);
  const { team, fields, addTags, removeTags } = changes;
  const assignment = { message_type: 'assignment', type: 'team', admin_id, assignee_id: team ?? '0' };
  return needed(
    team !== undefined && set('POST', `${place}/parts`, assignment),
    holdsAny(fields) && set('PUT', place, { custom_attributes: fields }),
    ...addTags.map((id) => set('POST', `${place}/tags`, { id, admin_id })),
    // unconfirmed
    ...removeTags.map((id) => set('DELETE', `${place}${path`/tags/${id}`}`, { admin_id })),
  );
}

/** Tickets have no tags of their own. */
function ticketCalls(ticketId: string, { team, fields }: Changes, { admin_id }: Settings): HelpdeskRequest[] {
  const values = {
    ...(holdsAny(fields) ? { ticket_attributes: fields } : {}),
    ...(team === undefined ? {} : { assignee_id: team ?? '0', admin_id }),
  };
  return needed(holdsAny(values) && set('PUT', placeOf(ticketId), values));
}
