import { z } from 'zod';
import { type Changes, type Current, mergedFields } from './changes.ts';
import { defineConnector } from './connector.ts';
import { plainNote } from './note.ts';
import { Choices } from './offers.ts';
import { earliest, Fields, Id, IdInside, listOf, Text, VendorMoment } from './payload.ts';
import { closed, fetchFirst, ignored, readAs, type Reading, ticket } from './reading.ts';
import { get, holdsAny, needed, path, set } from './request.ts';
import { ConnectorSettings } from './settings.ts';

const Settings = ConnectorSettings.extend({
  base_url: ConnectorSettings.shape.base_url.default('https://api2.frontapp.com'),
});

const Event = z.object({
  payload: z.object({
    type: z.string(),
    conversation: z.object({ id: Id }),
    source: z.object({ data: z.union([IdInside, z.unknown().transform(() => null)]) }).nullish(),
  }),
});

const Message = z.object({
  is_inbound: z.boolean(),
  created_at: VendorMoment,
  subject: Text,
  text: Text,
  body: Text,
  recipients: listOf(z.object({ role: Text, handle: Text })),
});
const Fetched = z.tuple([z.object({ _results: z.array(Message) })]);

const CurrentTicket = z
  .tuple([
    z.object({ tags: z.array(z.object({ id: Id })), custom_fields: Fields, status: Text }),
    z.object({ _results: z.array(z.object({ id: Id })) }).transform(({ _results: list }) => list),
  ])
  .transform(([conversation, inboxes]): Current => ({
    team: inboxes[0]?.id ?? null,
    priority: null,
    tags: conversation.tags.map(({ id }) => id),
    fields: conversation.custom_fields,
    status: conversation.status,
    stamp: null,
  }));

/**
 * Conversations by application webhook. Events may hold previews only, so the text is always fetched, by id: a link in
 * an event is never followed. A team is an inbox, which every conversation has: `untouched_teams` names the common ones.
 */
export const front = defineConnector({
  name: 'front',
  title: 'Front',
  setup: [
    'Settings → Developers → your app → Features → Webhooks: URL `{url}`, events *Inbound received* and *Conversation archived*.',
    "The webhook secret is the app's signing key; the API token stands under *API tokens*.",
    'Set `untouched_teams` to the inboxes in which new conversations arrive.',
  ].join('\n'),
  settings: Settings,
  credentials: ['api_token'],
  secretIs: 'theirs',
  signature: {
    kind: 'hmac',
    algorithm: 'sha256',
    encoding: 'base64',
    header: 'x-front-signature',
    signed: ['timestamp', { text: ':' }, 'body'],
    timestamp: { header: 'x-front-request-timestamp', unit: 'milliseconds', toleranceSeconds: 300 },
  },
  deliveryId: { body: ['payload.id'] },
  handshake: ({ headers, body }) => {
    const challenge = headers['x-front-challenge'];
    const isSync = z.object({ type: z.literal('sync') }).safeParse(body).success;
    return isSync && challenge !== undefined ? { challenge } : null;
  },
  read: ({ body }) =>
    readAs(Event, body, ({ payload: { type, conversation, source } }) => {
      const by = source?.data ?? null;
      if (type === 'archive') return closed(conversation.id, { by }); // unconfirmed
      if (type !== 'inbound') return ignored('other_event');
      // That messages can be had oldest first is unconfirmed.
      const oldest = `${path`/conversations/${conversation.id}/messages`}?sort_by=created_at&sort_order=asc`;
      return fetchFirst(conversation.id, [get(oldest)], by);
    }),
  readFetched: (ticketId, answers) =>
    readAs(Fetched, answers, ([{ _results: messages }]) => firstOf(ticketId, messages)),
  api: {
    authorisation: { kind: 'header', name: 'authorization', value: 'Bearer {api_token}' },
    features: { priority: false, tags: 'by id' },
    goneOn: [301, 404],
    offers: {
      teams: {
        request: () => get('/inboxes'),
        read: z.object({ _results: Choices }).transform(({ _results: inboxes }) => inboxes),
      },
    },
    look: (ticketId) => [get(path`/conversations/${ticketId}`), get(path`/conversations/${ticketId}/inboxes`)],
    current: () => CurrentTicket,
    change: ({ ticketId, changes, current }) => {
      const place = path`/conversations/${ticketId}`;
      const { addTags, removeTags } = changes;
      const values = valuesOf(changes, current);
      return needed(
        holdsAny(values) && set('PATCH', place, values),
        addTags.length > 0 && set('POST', `${place}/tags`, { tag_ids: addTags }),
        // unconfirmed
        removeTags.length > 0 && set('DELETE', `${place}/tags`, { tag_ids: removeTags }),
      );
    },
    note: ({ ticketId, lines }, { own_user_id }) =>
      set('POST', path`/conversations/${ticketId}/comments`, {
        body: plainNote(lines),
        ...(own_user_id === null ? {} : { author_id: own_user_id }),
      }),
    notes: (ticketId) => get(path`/conversations/${ticketId}/comments`),
  },
});

/** Every inbound message is announced; the first is the ticket, so that a reply leaves its text as it is. */
function firstOf(ticketId: string, messages: readonly z.infer<typeof Message>[]): Reading {
  const inbound = messages.filter(({ is_inbound }) => is_inbound);
  const first = earliest(inbound, ({ created_at }) => created_at);
  if (first === undefined) return ignored('by_agent');
  const { subject, text, body, created_at, recipients } = first;
  const requester = recipients.find(({ role }) => role === 'from')?.handle ?? null;
  return ticket({ ticket_id: ticketId, subject, body: text === '' ? body : text, requester, created_at });
}

/** Custom fields that are left out would be erased. A conversation is never without an inbox. */
function valuesOf(changes: Changes, current: Current) {
  return {
    ...(changes.team == null ? {} : { inbox_id: changes.team }),
    ...(holdsAny(changes.fields) ? { custom_fields: mergedFields(current, changes) } : {}),
  };
}
