import { z } from 'zod';
import { callOf, done, type HelpdeskModel, merge } from './model.ts';

const Team = z.strictObject({ team_id: z.number() });
const Priority = z.strictObject({ priority: z.enum(['low', 'medium', 'high', 'urgent']).nullable() });
const Labels = z.strictObject({ labels: z.array(z.string()) });
const Attributes = z.strictObject({ custom_attributes: z.record(z.string(), z.json()) });
const Note = z.strictObject({ content: z.string(), message_type: z.literal('outgoing'), private: z.literal(true) });

/** Overwrites labels and custom attributes with those that are sent. */
export const chatwoot: HelpdeskModel = (ticket, request) => {
  const path = `/api/v1/accounts/1/conversations/${ticket.id}`;
  switch (callOf(request)) {
    case `GET ${path}`: {
      const { team, priority, tags: labels, fields: custom_attributes, status } = ticket;
      const meta = { team: team === null ? null : { id: Number(team) } };
      return done({ id: Number(ticket.id), meta, priority, labels, custom_attributes, status });
    }
    case `POST ${path}/assignments`: {
      const { team_id } = Team.parse(request.body);
      return merge(ticket, { team: team_id === 0 ? null : String(team_id) });
    }
    case `PATCH ${path}`:
      return merge(ticket, Priority.parse(request.body));
    case `POST ${path}/labels`:
      return merge(ticket, { tags: Labels.parse(request.body).labels });
    case `POST ${path}/custom_attributes`:
      return merge(ticket, { fields: Attributes.parse(request.body).custom_attributes });
    case `POST ${path}/messages`:
      return merge(ticket, { notes: [...ticket.notes, Note.parse(request.body).content] });
    case `GET ${path}/messages`:
      return done({ payload: ticket.notes.map((content) => ({ content, private: true })) });
    default:
      return undefined;
  }
};
