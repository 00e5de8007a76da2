import { z } from '@hono/zod-openapi';
import { readCursor } from '../cursor.ts';

const MAX_PAGE = 100;

const Cursor = z.string().transform((text, context) => {
  const id = readCursor(text);
  if (id !== undefined) return id;
  context.addIssue({ code: 'custom', message: 'must be the next_cursor of a page before' });
  return z.NEVER;
});

/** The parts of a query that choose a page of a list. */
export const PageQuery = z.object({
  limit: z.coerce.number({ error: 'must be a whole number' }).int().min(1).max(MAX_PAGE).default(50),
  cursor: Cursor.optional().openapi({ type: 'string', description: '`next_cursor` of the page before.' }),
});
