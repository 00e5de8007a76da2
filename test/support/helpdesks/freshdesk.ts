import { z } from 'zod';
import { callOf, done, type HelpdeskModel, idText, merge } from './model.ts';

const Values = z.strictObject({
  group_id: z.number().nullish(),
  priority: z.number().int().min(1).max(4).optional(),
  tags: z.array(z.string()).optional(),
  custom_fields: z.record(z.string(), z.json()).default({}),
});
const Note = z.strictObject({ body: z.string(), private: z.literal(true) });

/** Replaces the tags with those that are sent. */
export const freshdesk: HelpdeskModel = (ticket, request) => {
  const path = `/api/v2/tickets/${ticket.id}`;
  switch (callOf(request)) {
    case `GET ${path}`: {
      const { team, priority, tags, fields, status } = ticket;
      return done({ group_id: team, priority: Number(priority), tags, custom_fields: fields, status });
    }
    case `PUT ${path}`: {
      const { group_id, priority, tags, custom_fields } = Values.parse(request.body);
      const fields = { ...ticket.fields, ...custom_fields };
      return merge(ticket, { team: idText(group_id), priority: idText(priority), tags, fields });
    }
    case `POST ${path}/notes`:
      return merge(ticket, { notes: [...ticket.notes, Note.parse(request.body).body] });
    case `GET ${path}/conversations`:
      return done(ticket.notes.map((body) => ({ body })));
    default:
      return undefined;
  }
};
