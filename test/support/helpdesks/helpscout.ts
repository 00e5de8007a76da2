import { z } from 'zod';
import { callOf, done, type HelpdeskModel, merge } from './model.ts';

const Operation = z.union([
  z.strictObject({ op: z.literal('replace'), path: z.literal('/assignTo'), value: z.number() }),
  z.strictObject({ op: z.literal('remove'), path: z.literal('/assignTo') }).transform(() => ({ value: null })),
]);
const Tags = z.strictObject({ tags: z.array(z.string()) });
const Fields = z.strictObject({ fields: z.array(z.strictObject({ id: z.number(), value: z.json() })) });
const Note = z.strictObject({ text: z.string(), status: z.string().optional() });

/** Replaces tags and custom fields with those that are sent, and opens a closed conversation for a note without status. */
export const helpscout: HelpdeskModel = (ticket, request) => {
  const path = `/v2/conversations/${ticket.id}`;
  switch (callOf(request)) {
    case `GET ${path}`:
      return done({
        ...(ticket.team === null ? {} : { assignee: { id: Number(ticket.team), type: 'team' } }),
        tags: ticket.tags.map((tag, id) => ({ id, tag })),
        customFields: Object.entries(ticket.fields).map(([id, value]) => ({ id: Number(id), value })),
        status: ticket.status,
      });
    case `PATCH ${path}`: {
      const { value } = Operation.parse(request.body);
      return merge(ticket, { team: value === null ? null : String(value) });
    }
    case `PUT ${path}/tags`:
      return merge(ticket, { tags: Tags.parse(request.body).tags });
    case `PUT ${path}/fields`: {
      const { fields } = Fields.parse(request.body);
      return merge(ticket, { fields: Object.fromEntries(fields.map(({ id, value }) => [String(id), value])) });
    }
    case `POST ${path}/notes`: {
      const { text, status = 'active' } = Note.parse(request.body);
      return merge(ticket, { notes: [...ticket.notes, text], status });
    }
    case `GET ${path}/threads`:
      return done({ _embedded: { threads: ticket.notes.map((body) => ({ type: 'note', body })) } });
    default:
      return undefined;
  }
};
