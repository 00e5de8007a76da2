import { z } from 'zod';
import { type Changes, type Current, mergedFields, mergedTags } from './changes.ts';
import { defineConnector } from './connector.ts';
import { htmlNote } from './note.ts';
import { Choices, OneChoice } from './offers.ts';
import { earliest, Id, IdInside, OptionalId, Text, VendorMoment } from './payload.ts';
import { closed, fetchFirst, ignored, readAs, type Reading, ticket } from './reading.ts';
import { get, holdsAny, type HelpdeskRequest, type Json, needed, numberOrText, path, set } from './request.ts';
import { ConnectorSettings } from './settings.ts';

const Settings = ConnectorSettings.extend({
  base_url: ConnectorSettings.shape.base_url.default('https://api.helpscout.net'),
});

const Conversation = z.object({ id: Id, status: Text, closedBy: z.union([OptionalId, IdInside]) });

const Fetched = z.tuple([
  z.object({
    subject: Text,
    createdAt: VendorMoment,
    _embedded: z.object({
      threads: z.array(
        z.object({ type: Text, body: Text, createdAt: VendorMoment, customer: z.object({ email: Text }).nullish() }),
      ),
    }),
  }),
]);

const CurrentTicket = z
  .tuple([
    z.object({
      assignee: IdInside,
      tags: z.array(z.object({ tag: z.string() })),
      customFields: z.array(z.object({ id: Id, value: z.json() })),
      status: Text,
    }),
  ])
  .transform(([conversation]): Current => ({
    team: conversation.assignee ?? null,
    priority: null,
    tags: conversation.tags.map(({ tag }) => tag),
    fields: Object.fromEntries(conversation.customFields.map(({ id, value }) => [id, value])),
    status: conversation.status,
    stamp: null,
  }));

/**
 * Conversations of Help Scout's Mailbox API 2. A team is an assignee like a user. There are no priorities; tags and fields
 * are written as whole lists (that they replace is unconfirmed, and merging is right either way).
 */
export const helpscout = defineConnector({
  name: 'helpscout',
  title: 'Help Scout',
  setup: [
    'Manage → Apps → Webhooks → Install: callback URL `{url}`, a secret key of your own that you also give to Usher,',
    'events *Conversation Created* and *Conversation Status Updated*.',
    'For writing back, create an OAuth2 app under *Your profile → My apps* and give Usher its id and secret.',
  ].join('\n'),
  settings: Settings,
  credentials: ['app_id', 'app_secret'],
  signature: {
    kind: 'hmac',
    algorithm: 'sha1',
    encoding: 'base64',
    header: 'x-helpscout-signature',
    signed: ['body'],
  },
  deliveryId: 'nowhere',
  read: ({ headers, body }) =>
    readAs(Conversation, body, ({ id, status, closedBy }) => {
      const event = headers['x-helpscout-event'];
      if (event === 'convo.created') return fetchFirst(id, [get(`${path`/v2/conversations/${id}`}?embed=threads`)]);
      if (event === 'convo.customer.reply.created') return ignored('reply');
      // Who closed it is unconfirmed.
      return event === 'convo.status' && status === 'closed' ? closed(id, { by: closedBy }) : ignored('other_event');
    }),
  readFetched: (ticketId, answers) => readAs(Fetched, answers, ([conversation]) => firstOf(ticketId, conversation)),
  api: {
    authorisation: {
      kind: 'oauth2',
      tokenPath: '/v2/oauth2/token',
      clientId: '{app_id}',
      clientSecret: '{app_secret}',
    },
    features: { priority: false, tags: 'by name' },
    // 301 and 404 are what a merged conversation answers; one with a hundred threads takes no more and answers 412.
    goneOn: [301, 404, 412],
    offers: {
      teams: {
        request: () => get('/v2/teams'),
        read: z.object({ _embedded: z.object({ teams: Choices }) }).transform(({ _embedded }) => _embedded.teams),
      },
      self: { request: () => get('/v2/users/me'), read: OneChoice },
    },
    look: (ticketId) => [get(path`/v2/conversations/${ticketId}`)],
    current: () => CurrentTicket,
    change: ({ ticketId, changes, current }) => calls(path`/v2/conversations/${ticketId}`, changes, current),
    // Without its status a closed conversation would open again.
    note: ({ ticketId, lines, current: { status } }) =>
      set('POST', path`/v2/conversations/${ticketId}/notes`, {
        text: htmlNote(lines),
        ...(status === null || status === '' ? {} : { status }),
      }),
    notes: (ticketId) => get(path`/v2/conversations/${ticketId}/threads`),
  },
});

function firstOf(
  ticketId: string,
  { subject, createdAt, _embedded: { threads } }: z.infer<typeof Fetched>[0],
): Reading {
  const written = threads.filter(({ type }) => type === 'customer');
  const first = earliest(written, ({ createdAt }) => createdAt);
  if (first === undefined) return ignored('by_agent');
  return ticket({
    ticket_id: ticketId,
    subject,
    body: first.body,
    requester: first.customer?.email ?? null,
    created_at: createdAt,
  });
}

/** A PATCH takes one operation. That an assignee is taken away by `remove` is unconfirmed. */
function calls(place: string, changes: Changes, current: Current): HelpdeskRequest[] {
  const { team, fields, addTags, removeTags } = changes;
  const operation: Json =
    team == null
      ? { op: 'remove', path: '/assignTo' }
      : { op: 'replace', path: '/assignTo', value: numberOrText(team) };
  const custom = Object.entries(mergedFields(current, changes)).map(([id, value]) => ({ id: numberOrText(id), value }));
  return needed(
    team !== undefined && set('PATCH', place, operation),
    addTags.length + removeTags.length > 0 && set('PUT', `${place}/tags`, { tags: mergedTags(current, changes) }),
    holdsAny(fields) && set('PUT', `${place}/fields`, { fields: custom }),
  );
}
