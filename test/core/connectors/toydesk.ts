import { defineConnector } from '@usher/core/connectors/connector';
import { plainNote } from '@usher/core/connectors/note';
import { Fields, Id, NullableId, OptionalId, Text } from '@usher/core/connectors/payload';
import { closed, ignored, readAs, ticket } from '@usher/core/connectors/reading';
import { get, holdsAny, needed, path, set } from '@usher/core/connectors/request';
import { settingsWith } from '@usher/core/connectors/settings';
import { z } from 'zod';

const Event = z.object({ type: z.string(), id: Id, subject: Text, text: Text, user: OptionalId });
const Ticket = z.tuple([
  z.object({ group: NullableId, urgency: NullableId, labels: z.array(z.string()), custom: Fields }),
]);

/** Tickets of Toydesk. Labels are added one by one, custom fields merge. */
export const toydesk = defineConnector({
  name: 'toydesk',
  title: 'Toydesk',
  setup: 'Settings → Hooks: URL `{url}`, and a secret that you also give to Usher.',
  settings: settingsWith({ priorities: { low: 'calm', medium: 'calm', high: 'hot', urgent: 'hot' } }),
  credentials: ['key'],
  signature: {
    kind: 'hmac',
    algorithm: 'sha256',
    encoding: 'hex',
    header: 'x-toydesk-signature',
    signed: ['timestamp', { text: '.' }, 'body'],
    timestamp: { header: 'x-toydesk-time', unit: 'seconds', toleranceSeconds: 300 },
  },
  deliveryId: { header: 'x-toydesk-delivery' },
  read: ({ body }) =>
    readAs(Event, body, ({ type, id, subject, text, user }) => {
      if (type === 'opened') return ticket({ ticket_id: id, subject, body: text, requester: user }, user);
      return type === 'ended' ? closed(id, { by: user }) : ignored('other_event');
    }),
  api: {
    authorisation: { kind: 'header', name: 'authorization', value: 'Bearer {key}' },
    features: { priority: true, tags: 'by name' },
    goneOn: [404],
    look: (ticketId) => [get(path`/tickets/${ticketId}`)],
    current: () =>
      Ticket.transform(([{ group, urgency, labels, custom }]) => ({
        team: group,
        priority: urgency,
        tags: labels,
        fields: custom,
        status: null,
        stamp: null,
      })),
    change: ({ ticketId, changes: { team, priority, fields, addTags, removeTags } }) => {
      const place = path`/tickets/${ticketId}`;
      const values = {
        ...(team === undefined ? {} : { group: team }),
        ...(priority === undefined ? {} : { urgency: priority }),
        ...(holdsAny(fields) ? { custom: fields } : {}),
      };
      return needed(
        holdsAny(values) && set('PATCH', place, values),
        ...addTags.map((label) => set('PUT', place + path`/labels/${label}`, null)),
        ...removeTags.map((label) => set('DELETE', place + path`/labels/${label}`, null)),
      );
    },
    note: ({ ticketId, lines }) => set('POST', path`/tickets/${ticketId}/notes`, { text: plainNote(lines) }),
    notes: (ticketId) => get(path`/tickets/${ticketId}/notes`),
  },
});
