import { z } from 'zod';
import { callOf, type DeskTicket, done, type HelpdeskModel, merge } from './model.ts';

const Step = z.union([z.strictObject({ add: z.string() }), z.strictObject({ remove: z.string() })]);
const Update = z.strictObject({
  fields: z
    .looseObject({
      assignee: z.strictObject({ accountId: z.string() }).nullish(),
      priority: z.strictObject({ name: z.string() }).nullish(),
    })
    .default({}),
  update: z
    .strictObject({
      labels: z.array(Step),
    })
    .optional(),
});
const Comment = z.strictObject({ body: z.string(), public: z.literal(false) });

/** Sets fields by name, and adds and removes labels one by one. */
export const jira: HelpdeskModel = (ticket, request) => {
  const issue = `/rest/api/3/issue/${ticket.id}`;
  switch (callOf(request)) {
    case `GET ${issue}`: {
      const { team, priority, tags, status, fields } = ticket;
      const assignee = team === null ? null : { accountId: team };
      const named = priority === null ? null : { name: priority };
      return done({ fields: { ...fields, assignee, priority: named, labels: tags, status: { name: status } } });
    }
    case `PUT ${issue}`:
      return merge(ticket, updated(ticket, Update.parse(request.body)));
    case `POST /rest/servicedeskapi/request/${ticket.id}/comment`:
      return merge(ticket, { notes: [...ticket.notes, Comment.parse(request.body).body] });
    case `GET ${issue}/comment`:
      return done({
        comments: ticket.notes.map((text) => ({ body: { type: 'doc', content: [{ type: 'text', text }] } })),
      });
    default:
      return undefined;
  }
};

function updated(ticket: DeskTicket, { fields, update }: z.infer<typeof Update>): Partial<DeskTicket> {
  const { assignee, priority, ...rest } = fields;
  return {
    ...(assignee === undefined ? {} : { team: assignee?.accountId ?? null }),
    ...(priority === undefined ? {} : { priority: priority?.name ?? null }),
    fields: { ...ticket.fields, ...z.record(z.string(), z.json()).parse(rest) },
    tags: (update?.labels ?? []).reduce(labelled, ticket.tags),
  };
}

function labelled(tags: string[], step: z.infer<typeof Step>): string[] {
  return 'add' in step ? [...new Set([...tags, step.add])] : tags.filter((tag) => tag !== step.remove);
}
