import { z } from 'zod';
import { callOf, done, type HelpdeskModel, merge } from './model.ts';

const Values = z.strictObject({ properties: z.record(z.string(), z.union([z.string(), z.number()])) });
const Note = z.object({
  properties: z.strictObject({ hs_note_body: z.string(), hs_timestamp: z.iso.datetime() }),
  associations: z.tuple([z.object({ to: z.strictObject({ id: z.number() }) })]),
});

/** Keeps everything as properties; an empty text clears one. */
export const hubspot: HelpdeskModel = (ticket, request) => {
  const path = `/crm/v3/objects/tickets/${ticket.id}`;
  switch (callOf(request)) {
    case `GET ${path}`: {
      const { team, priority, fields, status } = ticket;
      const own = { hubspot_owner_id: team, hs_ticket_priority: priority, hs_pipeline_stage: status };
      return done({ id: ticket.id, properties: { ...fields, ...own } });
    }
    case `PATCH ${path}`: {
      const { hubspot_owner_id: team, hs_ticket_priority: priority, ...rest } = Values.parse(request.body).properties;
      const fields = Object.entries(rest).map(([name, value]) => [name, value === '' ? null : value] as const);
      return merge(ticket, {
        team: cleared(team),
        priority: cleared(priority),
        fields: { ...ticket.fields, ...Object.fromEntries(fields) },
      });
    }
    case 'POST /crm/v3/objects/notes':
      return merge(ticket, { notes: [...ticket.notes, Note.parse(request.body).properties.hs_note_body] });
    default:
      return undefined;
  }
};

function cleared(value: string | number | undefined): string | null | undefined {
  if (value === undefined) return undefined;
  return value === '' ? null : String(value);
}
