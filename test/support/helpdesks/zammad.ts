import { z } from 'zod';
import { callOf, done, type HelpdeskModel, merge } from './model.ts';

const Values = z.looseObject({
  group: z.string().optional(),
  priority: z.enum(['1 low', '2 normal', '3 high']).optional(),
  article: z.looseObject({ body: z.string(), internal: z.literal(true) }).optional(),
});
const Tag = z.strictObject({ item: z.string(), object: z.literal('Ticket'), o_id: z.number() });

/** Keeps attributes beside group and priority, which a ticket always has; tags have calls of their own. */
export const zammad: HelpdeskModel = (ticket, request) => {
  const path = `/api/v1/tickets/${ticket.id}`;
  switch (callOf(request)) {
    case `GET ${path}`: {
      const { id, team, priority, fields, status } = ticket;
      return done({ ...fields, id: Number(id), group: team, priority, state: status });
    }
    case `PUT ${path}`: {
      const { group, priority, article, ...rest } = Values.parse(request.body);
      const fields = { ...ticket.fields, ...z.record(z.string(), z.json()).parse(rest) };
      const notes = article === undefined ? ticket.notes : [...ticket.notes, article.body];
      return merge(ticket, { team: group, priority, fields, notes });
    }
    case 'GET /api/v1/tags':
      return done({ tags: ticket.tags });
    case 'POST /api/v1/tags/add':
      return merge(ticket, { tags: [...new Set([...ticket.tags, Tag.parse(request.body).item])] });
    case 'DELETE /api/v1/tags/remove': {
      const { item } = Tag.parse(request.body);
      return merge(ticket, { tags: ticket.tags.filter((tag) => tag !== item) });
    }
    case `GET /api/v1/ticket_articles/by_ticket/${ticket.id}`:
      return done(ticket.notes.map((body) => ({ body, internal: true })));
    default:
      return undefined;
  }
};
