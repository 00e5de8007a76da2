import { z } from 'zod';
import type { Changes, Current } from './changes.ts';
import { defineConnector } from './connector.ts';
import { htmlNote } from './note.ts';
import { Fields, Id, NullableText, OptionalId, Text, VendorMoment } from './payload.ts';
import { closed, fetchFirst, ignored, readAs, type Reading, ticket } from './reading.ts';
import { get, holdsAny, type HelpdeskRequest, needed, numberOrText, path, set } from './request.ts';
import { ConnectorSettings, settingsWith, VendorName } from './settings.ts';

const Settings = settingsWith({ priorities: { low: 'LOW', medium: 'MEDIUM', high: 'HIGH', urgent: 'HIGH' } }).extend({
  base_url: ConnectorSettings.shape.base_url.default('https://api.hubapi.com'),
  team_property: VendorName.default('hubspot_owner_id').describe('The property that says which team has a ticket.'),
  closed_stages: z.array(VendorName).default(['4']).describe('Pipeline stages, by internal id, that end a ticket.'),
});
type Settings = z.infer<typeof Settings>;

const Event = z.object({
  subscriptionType: z.string(),
  objectId: Id,
  propertyName: Text,
  propertyValue: Text,
  sourceId: OptionalId, // unconfirmed
});
type Event = z.infer<typeof Event>;

const Fetched = z.tuple([
  z.object({
    properties: z.object({
      subject: Text,
      content: NullableText,
      createdate: VendorMoment,
      hs_lastmodifieddate: VendorMoment,
    }),
  }),
]);

/** Owners go by their address where they have no name. */
const Owners = z
  .object({ results: z.array(z.object({ id: Id, email: Text, firstName: Text, lastName: Text })) })
  .transform(({ results }) =>
    results.map(({ id, email, firstName, lastName }) => ({ id, name: `${firstName} ${lastName}`.trim() || email })),
  );

/** Tickets of HubSpot's CRM. Events hold no text and come in lists; there are no tags. */
export const hubspot = defineConnector({
  name: 'hubspot',
  title: 'HubSpot',
  setup: [
    'Your private app → Webhooks: target URL `{url}`, subscriptions *Ticket created* and, for the property `hs_pipeline_stage`, *Ticket property changed*.',
    "The webhook secret is the app's *client secret*. Usher must be called at exactly this URL, since it is part of what is signed.",
  ].join('\n'),
  settings: Settings,
  credentials: ['access_token'],
  secretIs: 'theirs',
  signature: {
    kind: 'hmac',
    algorithm: 'sha256',
    encoding: 'base64',
    header: 'x-hubspot-signature-v3',
    signed: ['method', 'uri', 'body', 'timestamp'],
    timestamp: { header: 'x-hubspot-request-timestamp', unit: 'milliseconds', toleranceSeconds: 300 },
  },
  deliveryId: { body: ['eventId', 'attemptNumber'] },
  read: ({ body }, settings) => {
    const events: unknown[] = Array.isArray(body) ? body : [body];
    return events.flatMap((event) => readAs(Event, event, (read) => readEvent(read, settings)));
  },
  readFetched: (ticketId, answers) =>
    readAs(Fetched, answers, ([{ properties }]) => {
      const { subject, content: body, createdate: created_at, hs_lastmodifieddate: updated_at } = properties;
      return ticket({ ticket_id: ticketId, subject, body, created_at, updated_at });
    }),
  api: {
    authorisation: { kind: 'header', name: 'authorization', value: 'Bearer {access_token}' },
    features: { priority: true, tags: 'none' },
    goneOn: [404],
    offers: {
      teams: { request: () => get('/crm/v3/owners?limit=100'), read: Owners },
    },
    look: (ticketId, settings) => [get(withProperties(ticketId, settings))],
    current: (settings) => currentTicket(settings),
    change: ({ ticketId, changes }, settings) => {
      const properties = propertiesOf(changes, settings);
      return needed(holdsAny(properties) && set('PATCH', placeOf(ticketId), { properties }));
    },
    note: ({ ticketId, lines, at }) => noteOn(ticketId, htmlNote(lines), at),
    notes: () => null,
  },
});

function readEvent(event: Event, { closed_stages: ends }: Settings): Reading {
  const { subscriptionType: type, objectId: id, propertyName, propertyValue, sourceId } = event;
  const isText = propertyName === 'subject' || propertyName === 'content';
  if (type === 'ticket.creation' || (type === 'ticket.propertyChange' && isText)) {
    return fetchFirst(id, [get(`${placeOf(id)}?properties=subject,content,createdate,hs_lastmodifieddate`)], sourceId);
  }
  const isEnd =
    type === 'ticket.propertyChange' && propertyName === 'hs_pipeline_stage' && ends.includes(propertyValue);
  return isEnd ? closed(id, { by: sourceId }) : ignored('other_event');
}

function placeOf(ticketId: string): string {
  return path`/crm/v3/objects/tickets/${ticketId}`;
}

function withProperties(ticketId: string, { team_property, fields }: Settings): string {
  const names = [team_property, 'hs_ticket_priority', 'hs_pipeline_stage', ...Object.values(fields)];
  return `${placeOf(ticketId)}?properties=${names.map(encodeURIComponent).join(',')}`;
}

function currentTicket({ team_property }: Settings): z.ZodType<Current> {
  return z
    .tuple([z.object({ properties: z.record(z.string(), z.json()).and(z.object({ hs_ticket_priority: OptionalId })) })])
    .transform(([{ properties }]): Current => ({
      team: OptionalId.safeParse(properties[team_property]).data ?? null,
      priority: properties.hs_ticket_priority,
      tags: [],
      fields: Fields.parse(properties),
      status: Text.safeParse(properties['hs_pipeline_stage']).data ?? null,
      stamp: null,
    }));
}

/** HubSpot clears a property with an empty text (unconfirmed). */
function propertiesOf({ team, priority, fields }: Changes, { team_property }: Settings) {
  return {
    ...Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value ?? ''] as const)),
    ...(team === undefined ? {} : { [team_property]: team ?? '' }),
    ...(priority === undefined ? {} : { hs_ticket_priority: priority ?? '' }),
  };
}

/** A note is an object of its own, associated with its ticket; that 228 is the kind of this association is unconfirmed. */
function noteOn(ticketId: string, html: string, at: Date): HelpdeskRequest {
  return set('POST', '/crm/v3/objects/notes', {
    properties: { hs_note_body: html, hs_timestamp: at.toISOString() },
    associations: [
      {
        to: { id: numberOrText(ticketId) },
        types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 228 }],
      },
    ],
  });
}
