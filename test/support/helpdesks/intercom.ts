import { z } from 'zod';
import { callOf, done, type HelpdeskModel, merge } from './model.ts';

const Assignment = z.strictObject({
  message_type: z.literal('assignment'),
  type: z.literal('team'),
  admin_id: z.string(),
  assignee_id: z.string(),
});
const Attributes = z.strictObject({ custom_attributes: z.record(z.string(), z.json()) });
const Tag = z.strictObject({ id: z.string(), admin_id: z.string() });
const Note = z.strictObject({
  message_type: z.literal('note'),
  type: z.literal('admin'),
  admin_id: z.string(),
  body: z.string(),
});

/** Adds tags one by one, and takes assignee 0 for nobody. */
export const intercom: HelpdeskModel = (ticket, request) => {
  const call = callOf(request);
  const path = `/conversations/${ticket.id}`;
  if (call.startsWith(`DELETE ${path}/tags/`)) {
    const gone = call.slice(`DELETE ${path}/tags/`.length);
    return merge(ticket, { tags: ticket.tags.filter((tag) => tag !== gone) });
  }
  switch (call) {
    case `GET ${path}`: {
      const tags = ticket.tags.map((id) => ({ type: 'tag', id, name: `tag ${id}` }));
      const parts = ticket.notes.map((body) => ({ part_type: 'note', body }));
      return done({
        team_assignee_id: ticket.team,
        tags: { type: 'tag.list', tags },
        custom_attributes: ticket.fields,
        state: ticket.status,
        conversation_parts: { conversation_parts: parts },
      });
    }
    case `POST ${path}/parts`: {
      const { assignee_id } = Assignment.parse(request.body);
      return merge(ticket, { team: assignee_id === '0' ? null : assignee_id });
    }
    case `PUT ${path}`:
      return merge(ticket, { fields: { ...ticket.fields, ...Attributes.parse(request.body).custom_attributes } });
    case `POST ${path}/tags`:
      return merge(ticket, { tags: [...new Set([...ticket.tags, Tag.parse(request.body).id])] });
    case `POST ${path}/reply`:
      return merge(ticket, { notes: [...ticket.notes, Note.parse(request.body).body] });
    default:
      return undefined;
  }
};
