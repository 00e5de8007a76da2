import { z } from 'zod';
import { callOf, done, type HelpdeskModel, idText, merge } from './model.ts';

const Values = z.object({
  ticket: z.strictObject({
    group_id: z.number().nullish(),
    priority: z.enum(['urgent', 'high', 'normal', 'low']).nullish(),
    custom_fields: z.array(z.strictObject({ id: z.number(), value: z.json() })).default([]),
    comment: z.strictObject({ body: z.string(), public: z.literal(false) }).optional(),
    updated_stamp: z.string().optional(),
    safe_update: z.boolean().optional(),
  }),
});
const Tags = z.strictObject({ tags: z.array(z.string()).min(1) });

/** Answers 409 to a safe update that comes too late; adds tags with PUT and takes them away with DELETE. */
export const zendesk: HelpdeskModel = (ticket, request) => {
  const call = callOf(request);
  const path = `/api/v2/tickets/${ticket.id}`;
  const stamp = `version ${ticket.version}`;
  if (call === `GET ${path}`) {
    const custom = Object.entries(ticket.fields).map(([id, value]) => ({ id: Number(id), value }));
    const { team, priority, tags, status } = ticket;
    return done({ ticket: { group_id: team, priority, tags, custom_fields: custom, status, updated_at: stamp } });
  }
  if (call === `GET ${path}/comments`) return done({ comments: ticket.notes.map((body) => ({ body, public: false })) });
  if (call === `PUT ${path}/tags`) {
    return merge(ticket, { tags: [...new Set([...ticket.tags, ...Tags.parse(request.body).tags])] });
  }
  if (call === `DELETE ${path}/tags`) {
    const { tags } = Tags.parse(request.body);
    return merge(ticket, { tags: ticket.tags.filter((tag) => !tags.includes(tag)) });
  }
  if (call !== `PUT ${path}`) return undefined;
  const { ticket: values } = Values.parse(request.body);
  if (values.safe_update === true && values.updated_stamp !== stamp) return { status: 409, body: null };
  if (values.comment !== undefined) ticket.notes.push(values.comment.body);
  const fields = Object.fromEntries(values.custom_fields.map(({ id, value }) => [String(id), value]));
  return merge(ticket, {
    team: idText(values.group_id),
    priority: values.priority,
    fields: { ...ticket.fields, ...fields },
  });
};
