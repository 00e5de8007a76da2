import { z } from 'zod';
import { callOf, done, type HelpdeskModel, merge } from './model.ts';

const Team = z.strictObject({ assignee_team: z.strictObject({ id: z.number() }).nullable() });
const Fields = z.array(z.strictObject({ id: z.number(), value: z.json() }));
const Tags = z.strictObject({ names: z.array(z.string()).min(1) });
const Note = z.object({ channel: z.literal('internal-note'), from_agent: z.literal(true), body_text: z.string() });

/** Adds tags with POST and takes them away with DELETE. */
export const gorgias: HelpdeskModel = (ticket, request) => {
  const path = `/api/tickets/${ticket.id}`;
  switch (callOf(request)) {
    case `GET ${path}`:
      return done({
        assignee_team: ticket.team === null ? null : { id: Number(ticket.team), name: 'A team' },
        tags: ticket.tags.map((name, id) => ({ id, name })),
        custom_fields: Object.fromEntries(Object.entries(ticket.fields).map(([id, value]) => [id, { id, value }])),
        status: ticket.status,
        messages: ticket.notes.map((body_text) => ({ channel: 'internal-note', body_text })),
      });
    case `PUT ${path}`: {
      const { assignee_team: team } = Team.parse(request.body);
      return merge(ticket, { team: team === null ? null : String(team.id) });
    }
    case `POST ${path}/custom-fields`: {
      const fields = Fields.parse(request.body).map(({ id, value }) => [String(id), value] as const);
      return merge(ticket, { fields: { ...ticket.fields, ...Object.fromEntries(fields) } });
    }
    case `POST ${path}/tags`:
      return merge(ticket, { tags: [...new Set([...ticket.tags, ...Tags.parse(request.body).names])] });
    case `DELETE ${path}/tags`: {
      const { names } = Tags.parse(request.body);
      return merge(ticket, { tags: ticket.tags.filter((tag) => !names.includes(tag)) });
    }
    case `POST ${path}/messages`:
      return merge(ticket, { notes: [...ticket.notes, Note.parse(request.body).body_text] });
    default:
      return undefined;
  }
};
