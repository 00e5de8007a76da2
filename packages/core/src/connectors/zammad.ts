import { z } from 'zod';
import type { Changes, Current } from './changes.ts';
import { defineConnector } from './connector.ts';
import { plainNote } from './note.ts';
import { ChoicesByName, OneChoice } from './offers.ts';
import { earliest, Id, NullableId, OptionalId, Text, VendorMoment } from './payload.ts';
import { cursorAt, placeAfter, placeAt } from './pull.ts';
import { closed, fetchFirst, ignored, readAs, type Reading, ticket } from './reading.ts';
import { get, holdsAny, type HelpdeskRequest, needed, numberOrText, path, set } from './request.ts';
import { settingsWith } from './settings.ts';

/** Every new ticket has a priority and a group. There are three priorities. */
const Settings = settingsWith({
  priorities: { low: '1 low', medium: '2 normal', high: '3 high', urgent: '3 high' },
  untouchedPriorities: ['2 normal'],
});

/** Some things come as a name, or as an object that has one. */
const Name = z
  .union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)])
  .nullish()
  .transform((name) => name ?? '');

const Event = z.object({
  ticket: z.object({
    id: Id,
    title: Text,
    state: Name,
    updated_by_id: OptionalId,
    article_count: z.number().nullish(),
    created_at: VendorMoment,
    customer: z.object({ email: Text }).nullish(),
  }),
  article: z.object({ body: Text, internal: z.boolean().nullish(), sender: Name, type: Name }).nullish(),
});

/** Found by a search that needs Elasticsearch. The text stands in the articles, which are fetched. */
const PER_PAGE = 100;
const Found = z.array(z.object({ id: Id, state: Name, updated_at: VendorMoment }));
const Fetched = z.tuple([
  z.object({ title: Text, customer: Text, created_at: VendorMoment, updated_at: VendorMoment }),
  z.array(
    z.object({ body: Text, internal: z.boolean().nullish(), sender: Name, type: Name, created_at: VendorMoment }),
  ),
]);

const CurrentTicket = z
  .tuple([
    z.looseObject({ group: NullableId, priority: NullableId, state: Text }),
    z.object({ tags: z.array(z.string()) }),
  ])
  .transform(([found, { tags }]): Current => ({
    team: found.group,
    priority: found.priority,
    tags,
    fields: z.record(z.string(), z.json()).safeParse(found).data ?? {},
    status: found.state,
    stamp: null,
  }));

/** Tickets by trigger. Groups, priorities and attributes go by name; tags are added and removed one by one. */
export const zammad = defineConnector({
  name: 'zammad',
  title: 'Zammad',
  setup: [
    'Manage → Webhook → New: endpoint `{url}`, a signature token that you also give to Usher.',
    'Manage → Trigger → New: condition *Action is created* and *Sender is Customer*, execute this webhook. A second trigger when the *State* becomes closed.',
    "Exclude Usher's own user in both, and set `untouched_teams` to the groups in which new tickets arrive.",
  ].join('\n'),
  settings: Settings,
  credentials: ['token'],
  signature: {
    kind: 'hmac',
    algorithm: 'sha1',
    encoding: 'hex',
    header: 'x-hub-signature',
    prefix: 'sha1=',
    signed: ['body'],
  },
  deliveryId: { header: 'x-zammad-delivery' },
  read: ({ body }) => readAs(Event, body, readEvent),
  readFetched: (ticketId, answers) => readAs(Fetched, answers, (fetched) => firstOf(ticketId, fetched)),
  api: {
    authorisation: { kind: 'header', name: 'authorization', value: 'Token token={token}' },
    features: { priority: true, tags: 'by name' },
    goneOn: [404],
    pull: {
      start: (since) => cursorAt({ since: since.toISOString(), page: 1 }),
      page: (cursor) => {
        const { since, page } = placeAt(cursor);
        const query = encodeURIComponent(`updated_at:[${since} TO *]`);
        const order = `sort_by=updated_at&order_by=asc&expand=true&per_page=${PER_PAGE}&page=${page}`;
        return get(`/api/v1/tickets/search?query=${query}&${order}`);
      },
      read: ({ cursor, now }) =>
        Found.transform((tickets) => ({
          readings: tickets.map(readFound),
          ...placeAfter(placeAt(cursor), {
            changes: tickets.map(({ updated_at }) => updated_at),
            perPage: PER_PAGE,
            now,
          }),
        })),
    },
    offers: {
      teams: { request: () => get('/api/v1/groups'), read: ChoicesByName },
      priorities: { request: () => get('/api/v1/ticket_priorities'), read: ChoicesByName },
      self: { request: () => get('/api/v1/users/me'), read: OneChoice },
    },
    look: (ticketId) => [
      get(`${path`/api/v1/tickets/${ticketId}`}?expand=true`),
      get(`/api/v1/tags?object=Ticket&o_id=${encodeURIComponent(ticketId)}`),
    ],
    current: () => CurrentTicket,
    change: ({ ticketId, changes }) => calls(ticketId, changes),
    note: ({ ticketId, lines }) =>
      set('PUT', path`/api/v1/tickets/${ticketId}`, {
        article: {
          subject: 'Usher',
          body: plainNote(lines),
          content_type: 'text/plain',
          type: 'note',
          internal: true,
        },
      }),
    notes: (ticketId) => get(path`/api/v1/ticket_articles/by_ticket/${ticketId}`),
  },
});

function readEvent({ ticket: found, article }: z.infer<typeof Event>): Reading {
  const by = found.updated_by_id;
  if (/^closed/i.test(found.state)) return closed(found.id, { by });
  // A trigger on updates would send replies, and a reply is not what the ticket is about.
  if ((found.article_count ?? 1) > 1) return ignored('reply');
  if (article == null) return ignored('other_event');
  if (article.internal === true || /^(?:agent|system)$/i.test(article.sender)) return ignored('by_agent');
  const requester = found.customer?.email ?? null;
  const { id: ticket_id, title: subject, created_at } = found;
  return ticket({ ticket_id, subject, body: article.body, requester, channel: article.type, created_at }, by);
}

function readFound({ id, state }: z.infer<typeof Found>[number]): Reading {
  if (/^(?:closed|merged)/i.test(state)) return closed(id);
  const articles = path`/api/v1/ticket_articles/by_ticket/${id}`;
  return fetchFirst(id, [get(`${path`/api/v1/tickets/${id}`}?expand=true`), get(`${articles}?expand=true`)]);
}

function firstOf(ticketId: string, [found, articles]: z.infer<typeof Fetched>): Reading {
  const first = earliest(articles, ({ created_at }) => created_at);
  if (first === undefined || first.internal === true || /^(?:agent|system)$/i.test(first.sender))
    return ignored('by_agent');
  const { title: subject, customer, created_at } = found;
  const requester = customer === '' ? null : customer;
  return ticket({ ticket_id: ticketId, subject, body: first.body, requester, channel: first.type, created_at });
}

function calls(ticketId: string, { team, priority, fields, addTags, removeTags }: Changes): HelpdeskRequest[] {
  // A ticket is never without a group or a priority.
  const values = {
    ...fields,
    ...(team == null ? {} : { group: team }),
    ...(priority == null ? {} : { priority }),
  };
  const tag = (item: string) => ({ item, object: 'Ticket', o_id: numberOrText(ticketId) });
  return needed(
    holdsAny(values) && set('PUT', path`/api/v1/tickets/${ticketId}`, values),
    ...addTags.map((item) => set('POST', '/api/v1/tags/add', tag(item))),
    // unconfirmed
    ...removeTags.map((item) => set('DELETE', '/api/v1/tags/remove', tag(item))),
  );
}
