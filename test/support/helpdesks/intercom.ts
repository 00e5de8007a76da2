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

/** What a ticket is told at once; an attribute that is left out stays. */
const TicketValues = z.strictObject({
  ticket_attributes: z.record(z.string(), z.json()).optional(),
  assignee_id: z.string().optional(),
  admin_id: z.string().optional(),
});

/** Conversations and tickets have places of their own. */
export const intercom: HelpdeskModel = (ticket, request) =>
  callOf(request).includes(` /tickets/${ticket.id}`) ? ofTicket(ticket, request) : ofConversation(ticket, request);

/** A ticket of the inbox has attributes and no tags. */
const ofTicket: HelpdeskModel = (ticket, request) => {
  const path = `/tickets/${ticket.id}`;
  switch (callOf(request)) {
    case `GET ${path}`: {
      const parts = ticket.notes.map((body) => ({ part_type: 'note', body }));
      return done({
        team_assignee_id: ticket.team,
        ticket_attributes: ticket.fields,
        ticket_parts: { ticket_parts: parts },
      });
    }
    case `PUT ${path}`: {
      const { ticket_attributes: attributes = {}, assignee_id: team } = TicketValues.parse(request.body);
      return merge(ticket, { fields: { ...ticket.fields, ...attributes }, team: team === '0' ? null : team });
    }
    case `POST ${path}/reply`:
      return merge(ticket, { notes: [...ticket.notes, Note.parse(request.body).body] });
    default:
      return undefined;
  }
};

/** Adds tags one by one, and takes assignee 0 for nobody. */
const ofConversation: HelpdeskModel = (ticket, request) => {
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
