import { z } from 'zod';
import { type Changes, type Current, mergedTags } from './changes.ts';
import { defineConnector } from './connector.ts';
import { htmlNote } from './note.ts';
import { Choices, OneChoice } from './offers.ts';
import { Fields, Id, NullableId, NullableText, OptionalId, Text, VendorMoment } from './payload.ts';
import { cursorAt, placeAfter, placeAt } from './pull.ts';
import { closed, fetchFirst, ignored, readAs, type Reading, ticket } from './reading.ts';
import { get, holdsAny, needed, numberOrText, path, set } from './request.ts';
import { settingsWith } from './settings.ts';

/** Freshdesk counts priorities, and every new ticket begins as low. */
const Settings = settingsWith({
  priorities: { low: '1', medium: '2', high: '3', urgent: '4' },
  untouchedPriorities: ['1'],
});

/** The JSON that `setup` gives, or the keys of a simple webhook; both with or without a wrapper. */
const Flat = z
  .object({
    event: Text,
    triggered_event: Text,
    id: Id.optional(),
    ticket_id: Id.optional(),
    subject: Text,
    ticket_subject: Text,
    description: Text,
    ticket_description: Text,
    status: Text,
    ticket_status: Text,
    requester: Text,
    actor_id: OptionalId,
  })
  .transform((flat, context) => {
    const ticketId = flat.ticket_id ?? flat.id;
    if (ticketId === undefined) {
      context.addIssue({ code: 'custom', path: ['ticket_id'], message: 'must be there' });
      return z.NEVER;
    }
    return {
      ticketId,
      by: flat.actor_id,
      event: flat.event === '' ? flat.triggered_event : flat.event,
      subject: flat.subject === '' ? flat.ticket_subject : flat.subject,
      body: flat.description === '' ? flat.ticket_description : flat.description,
      status: flat.status === '' ? flat.ticket_status : flat.status,
      requester: flat.requester === '' ? null : flat.requester,
    };
  });
const Body = z.union([z.object({ freshdesk_webhook: Flat }).transform((body) => body.freshdesk_webhook), Flat]);

const Fetched = z.tuple([
  z.object({
    subject: Text,
    description: NullableText,
    requester_id: OptionalId,
    created_at: VendorMoment,
    updated_at: VendorMoment,
  }),
]);

/** Most that one page may hold. Without `include=description` there is no text; Resolved is 4 and Closed is 5. */
const PER_PAGE = 100;
const ENDS = ['4', '5'];
const Listed = z.array(Fetched.def.items[0].extend({ id: Id, status: OptionalId }));

const CurrentTicket = z
  .tuple([
    z.object({
      group_id: NullableId,
      priority: NullableId,
      tags: z.array(z.string()),
      custom_fields: Fields,
      status: OptionalId,
    }),
  ])
  .transform(([{ group_id, priority, tags, custom_fields, status }]): Current => ({
    team: group_id,
    priority,
    tags,
    fields: custom_fields,
    status,
    stamp: null,
  }));

/** Tickets by automation rules. Freshdesk signs nothing, so a secret of ours comes along in a header; its tags replace. */
export const freshdesk = defineConnector({
  name: 'freshdesk',
  title: 'Freshdesk',
  setup: [
    'Admin → Workflows → Automations → Ticket creation → New rule → action *Trigger Webhook*: POST, URL `{url}`, encoding JSON,',
    'custom header `x-usher-secret: <the webhook secret>`, content *Advanced*:',
    '`{"event":"created","ticket_id":"{{ticket.id}}","subject":"{{ticket.subject}}"}`.',
    'Under *Ticket updates* a second rule, when the status becomes Resolved or Closed:',
    '`{"event":"closed","ticket_id":"{{ticket.id}}"}`.',
  ].join('\n'),
  settings: Settings,
  credentials: ['api_key'],
  signature: { kind: 'secret_header', header: 'x-usher-secret' },
  deliveryId: 'nowhere',
  read: ({ body }) =>
    readAs(Body, body, ({ ticketId, event, subject, body, status, requester, by }) => {
      if (/^(?:resolved|closed)$/i.test(status) || event === 'closed') return closed(ticketId, { by });
      // What a simple webhook says in `triggered_event` is unconfirmed; one without a name comes from the rule for creation.
      if (event !== '' && !/creat/i.test(event)) return ignored('other_event');
      if (body === '') return fetchFirst(ticketId, [get(path`/api/v2/tickets/${ticketId}`)], by);
      return ticket({ ticket_id: ticketId, subject, body, requester }, by);
    }),
  readFetched: (ticketId, answers) =>
    readAs(Fetched, answers, ([fetched]) => {
      const { subject, description: body, requester_id: requester, created_at, updated_at } = fetched;
      return ticket({ ticket_id: ticketId, subject, body, requester, created_at, updated_at });
    }),
  api: {
    authorisation: { kind: 'basic', user: '{api_key}', password: 'X' },
    features: { priority: true, tags: 'by name' },
    goneOn: [404],
    pull: {
      start: (since) => cursorAt({ since: since.toISOString(), page: 1 }),
      page: (cursor) => {
        const { since, page } = placeAt(cursor);
        const order = 'order_by=updated_at&order_type=asc&include=description';
        const from = `updated_since=${encodeURIComponent(since)}&per_page=${PER_PAGE}&page=${page}`;
        return get(`/api/v2/tickets?${order}&${from}`);
      },
      read: ({ cursor, now }) =>
        Listed.transform((tickets) => ({
          readings: tickets.map(readListed),
          ...placeAfter(placeAt(cursor), {
            changes: tickets.map(({ updated_at }) => updated_at),
            perPage: PER_PAGE,
            now,
          }),
        })),
    },
    offers: {
      teams: { request: () => get('/api/v2/groups?per_page=100'), read: Choices },
      self: { request: () => get('/api/v2/agents/me'), read: OneChoice },
    },
    look: (ticketId) => [get(path`/api/v2/tickets/${ticketId}`)],
    current: () => CurrentTicket,
    change: ({ ticketId, changes, current }) => {
      const values = valuesOf(changes, current);
      return needed(holdsAny(values) && set('PUT', path`/api/v2/tickets/${ticketId}`, values));
    },
    // unconfirmed
    note: ({ ticketId, lines }) =>
      set('POST', path`/api/v2/tickets/${ticketId}/notes`, { body: htmlNote(lines), private: true }),
    notes: (ticketId) => get(path`/api/v2/tickets/${ticketId}/conversations`),
  },
});

function readListed(listed: z.infer<typeof Listed>[number]): Reading {
  const { id: ticket_id, subject, description: body, requester_id: requester, created_at, updated_at, status } = listed;
  if (ENDS.includes(status ?? '')) return closed(ticket_id);
  return ticket({ ticket_id, subject, body, requester, created_at, updated_at });
}

function valuesOf(changes: Changes, current: Current) {
  const { team, priority, fields, addTags, removeTags } = changes;
  return {
    ...(team === undefined ? {} : { group_id: numberOrText(team) }),
    ...(priority === undefined ? {} : { priority: numberOrText(priority ?? '1') }),
    ...(holdsAny(fields) ? { custom_fields: fields } : {}),
    ...(addTags.length + removeTags.length === 0 ? {} : { tags: mergedTags(current, changes) }),
  };
}
