import { z } from 'zod';
import { type Changes, type Current, mergedFields, mergedTags } from './changes.ts';
import { defineConnector } from './connector.ts';
import { plainNote } from './note.ts';
import { Choices, OneChoice } from './offers.ts';
import { Fields, Id, IdInside, listOf, OptionalId, Text, VendorMoment } from './payload.ts';
import { closed, fetchFirst, ignored, readAs, type Reading, ticket } from './reading.ts';
import { get, holdsAny, type HelpdeskRequest, needed, numberOrText, path, set } from './request.ts';
import { settingsWith, VendorName } from './settings.ts';

const Settings = settingsWith({
  priorities: { low: 'low', medium: 'medium', high: 'high', urgent: 'urgent' },
}).extend({ account_id: VendorName.describe('The number after /app/accounts/ in the address of your Chatwoot.') });
type Settings = z.infer<typeof Settings>;

/** A message's direction is a word in webhooks and a number in the API. */
const Message = z.object({
  content: Text,
  message_type: z.union([z.string(), z.number()]).nullish(),
  private: z.boolean().nullish(),
  created_at: VendorMoment,
});
type Message = z.infer<typeof Message>;
const INCOMING = ['incoming', 0];

const Conversation = z.object({
  event: z.string(),
  id: Id,
  status: Text,
  channel: Text,
  created_at: VendorMoment,
  messages: listOf(Message),
  // unconfirmed
  additional_attributes: z
    .object({ mail_subject: Text })
    .nullish()
    .transform((attributes) => attributes?.mail_subject ?? ''),
  meta: z
    .object({ sender: z.object({ email: Text, name: Text }) })
    .nullish()
    .transform((meta) => meta?.sender.email || meta?.sender.name || null),
  performer: IdInside, // unconfirmed
});
const Event = z.object({ event: z.string() });
const Fetched = z.tuple([z.object({ payload: z.array(Message) })]);

const CurrentTicket = z
  .tuple([
    z.object({
      meta: z.object({ team: IdInside }),
      labels: z.array(z.string()),
      priority: OptionalId,
      custom_attributes: Fields,
      status: Text,
    }),
  ])
  .transform(([found]): Current => ({
    team: found.meta.team,
    priority: found.priority,
    tags: found.labels,
    fields: found.custom_attributes,
    status: found.status,
    stamp: null,
  }));

/** Conversations of Chatwoot. Older servers sign nothing, and are refused; labels replace, so they are merged. */
export const chatwoot = defineConnector({
  name: 'chatwoot',
  title: 'Chatwoot',
  setup: [
    'Settings → Integrations → Webhooks → Add: URL `{url}`, events *Conversation created* and *Conversation status changed*.',
    'Give its secret to Usher as the webhook secret. A server that shows no secret signs nothing: update it first.',
  ].join('\n'),
  settings: Settings,
  credentials: ['token'],
  secretIs: 'theirs',
  signature: {
    kind: 'hmac',
    algorithm: 'sha256',
    encoding: 'hex',
    header: 'x-chatwoot-signature',
    prefix: 'sha256=',
    signed: ['timestamp', { text: '.' }, 'body'],
    timestamp: { header: 'x-chatwoot-timestamp', unit: 'seconds', toleranceSeconds: 300 },
  },
  deliveryId: { header: 'x-chatwoot-delivery' },
  read: ({ body }, settings) =>
    readAs(Event, body, ({ event }) => {
      if (event === 'message_created') return ignored('reply');
      if (event !== 'conversation_created' && event !== 'conversation_status_changed') return ignored('other_event');
      return readAs(Conversation, body, (conversation) => readConversation(conversation, settings));
    }),
  readFetched: (ticketId, answers) =>
    readAs(Fetched, answers, ([{ payload }]) => {
      const first = firstIncoming(payload);
      return ticket({ ticket_id: ticketId, body: first?.content ?? '', created_at: first?.created_at });
    }),
  api: {
    authorisation: { kind: 'header', name: 'api_access_token', value: '{token}' },
    features: { priority: true, tags: 'by name' },
    goneOn: [404],
    offers: {
      teams: { request: ({ account_id }) => get(path`/api/v1/accounts/${account_id}/teams`), read: Choices },
      self: { request: () => get('/api/v1/profile'), read: OneChoice },
    },
    look: (ticketId, settings) => [get(placeOf(ticketId, settings))],
    current: () => CurrentTicket,
    change: ({ ticketId, changes, current }, settings) => calls(placeOf(ticketId, settings), changes, current),
    note: ({ ticketId, lines }, settings) =>
      set('POST', `${placeOf(ticketId, settings)}/messages`, {
        content: plainNote(lines),
        message_type: 'outgoing',
        private: true,
      }),
    notes: (ticketId, settings) => get(`${placeOf(ticketId, settings)}/messages`),
  },
});

function readConversation(conversation: z.infer<typeof Conversation>, settings: Settings): Reading {
  const { event, id, status, messages, channel, created_at, performer: by } = conversation;
  if (event === 'conversation_status_changed') {
    return status === 'resolved' ? closed(id, { by }) : ignored('other_event');
  }
  const first = firstIncoming(messages);
  if (first === undefined) return fetchFirst(id, [get(`${placeOf(id, settings)}/messages`)], by);
  const { additional_attributes: subject, meta: requester } = conversation;
  return ticket({ ticket_id: id, subject, body: first.content, requester, channel, created_at }, by);
}

function firstIncoming(messages: readonly Message[]): Message | undefined {
  return messages.find(
    ({ message_type, private: isPrivate, content }) =>
      INCOMING.includes(message_type ?? '') && isPrivate !== true && content.trim() !== '',
  );
}

function placeOf(ticketId: string, { account_id }: Settings): string {
  return path`/api/v1/accounts/${account_id}/conversations/${ticketId}`;
}

/**
 * Labels overwrite the list. That custom attributes do so too, and have this place, is unconfirmed, as is that team 0
 * takes the team away.
 */
function calls(place: string, changes: Changes, current: Current): HelpdeskRequest[] {
  const { team, priority, fields, addTags, removeTags } = changes;
  return needed(
    team !== undefined && set('POST', `${place}/assignments`, { team_id: numberOrText(team) ?? 0 }),
    priority !== undefined && set('PATCH', place, { priority }),
    addTags.length + removeTags.length > 0 && set('POST', `${place}/labels`, { labels: mergedTags(current, changes) }),
    holdsAny(fields) &&
      set('POST', `${place}/custom_attributes`, { custom_attributes: mergedFields(current, changes) }),
  );
}
