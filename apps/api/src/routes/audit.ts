import { createRoute, z } from '@hono/zod-openapi';
import { storable } from '@usher/core/ticket';
import { type AuditFact, listAudit } from '@usher/db/audit';
import { writeCursor } from '../cursor.ts';
import type { Deps } from '../deps.ts';
import { guard, needs } from '../guard.ts';
import { shown, ShownMoment } from '../view/moment.ts';
import { awayProblem, invalidProblem, json, keyProblems } from './answers.ts';
import type { Api } from './api.ts';
import { PageQuery } from './page.ts';

const Fact = z
  .object({
    id: z.number().int(),
    at: ShownMoment,
    actor: z.string().describe('A person’s address, a key with its number and name, or what of Usher did it.'),
    by: z.enum(['person', 'key', 'usher']).describe('`usher` is a rule of its own, or somebody at the command line.'),
    verb: z.string().describe('What was done, such as `ticket.corrected`.'),
    subject: z.string().describe('To what, such as `ticket 12`.'),
    detail: z.json().openapi({ type: 'object' }),
  })
  .openapi('AuditFact');

const Page = z
  .object({
    facts: z.array(Fact).describe('Newest first.'),
    next_cursor: z.string().nullable().describe('Leads to the next page; null on the last.'),
  })
  .openapi('AuditPage');

const text = z.string().trim().min(1, 'must not be empty').max(320).transform(storable);

export const getAudit = createRoute({
  method: 'get',
  path: '/v1/audit',
  operationId: 'listAudit',
  tags: ['Audit'],
  summary: 'Show who did what',
  description: 'What people, keys, commands and rules did. What engines decided stands in the history of each ticket.',
  security: needs('admin'),
  request: {
    query: z.strictObject({
      actor: text.optional().describe('Exactly as it is shown.'),
      verb: text.optional().describe('Exactly as it is shown.'),
      ...PageQuery.shape,
    }),
  },
  responses: { 200: json('A page of facts.', Page), ...keyProblems, ...invalidProblem, ...awayProblem },
});

/** Adds the route that shows who did what. */
export function addAudit(api: Api, { authenticate, database }: Deps): void {
  api.openapi({ ...getAudit, middleware: guard(authenticate, getAudit.security) }, async (c) => {
    const { cursor, limit, ...filter } = c.req.valid('query');
    const found = await database.slow((db) => listAudit(db, { ...filter, beforeId: cursor, limit: limit + 1 }));
    const facts = found.slice(0, limit);
    const last = facts.at(-1);
    const hasMore = found.length > limit && last !== undefined;
    return c.json({ facts: facts.map(show), next_cursor: hasMore ? writeCursor(last.id) : null }, 200);
  });
}

function show({ id, actor, verb, subject, detail, createdAt }: AuditFact): z.infer<typeof Fact> {
  return { id, at: shown(createdAt), actor, by: kindOf(actor), verb, subject, detail: z.json().parse(detail) };
}

/** People are known by their address, and no key or command has one for its name. */
function kindOf(actor: string): 'person' | 'key' | 'usher' {
  if (actor === 'bootstrap key' || /^key \d+ \(/.test(actor)) return 'key';
  return /^\S+@\S+$/.test(actor) ? 'person' : 'usher';
}
