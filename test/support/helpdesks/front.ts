import { z } from 'zod';
import { callOf, done, type HelpdeskModel, merge } from './model.ts';

const Values = z.strictObject({
  inbox_id: z.string().optional(),
  custom_fields: z.record(z.string(), z.json()).optional(),
});
const Tags = z.strictObject({ tag_ids: z.array(z.string()).min(1) });
const Comment = z.strictObject({ body: z.string(), author_id: z.string().optional() });

/** Erases the custom fields that are left out; adds and removes tags. */
export const front: HelpdeskModel = (ticket, request) => {
  const path = `/conversations/${ticket.id}`;
  switch (callOf(request)) {
    case `GET ${path}`: {
      const tags = ticket.tags.map((id) => ({ id, name: `tag ${id}` }));
      return done({ id: ticket.id, status: ticket.status, tags, custom_fields: ticket.fields });
    }
    case `GET ${path}/inboxes`:
      return done({ _results: ticket.team === null ? [] : [{ id: ticket.team, name: 'An inbox' }] });
    case `PATCH ${path}`: {
      const { inbox_id: team, custom_fields: fields } = Values.parse(request.body);
      return merge(ticket, { team, fields });
    }
    case `POST ${path}/tags`:
      return merge(ticket, { tags: [...new Set([...ticket.tags, ...Tags.parse(request.body).tag_ids])] });
    case `DELETE ${path}/tags`: {
      const { tag_ids } = Tags.parse(request.body);
      return merge(ticket, { tags: ticket.tags.filter((tag) => !tag_ids.includes(tag)) });
    }
    case `POST ${path}/comments`:
      return merge(ticket, { notes: [...ticket.notes, Comment.parse(request.body).body] });
    case `GET ${path}/comments`:
      return done({ _results: ticket.notes.map((body) => ({ body })) });
    default:
      return undefined;
  }
};
