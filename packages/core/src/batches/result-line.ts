import { z } from 'zod';
import { type RequestName, readCustomId } from './custom-id.ts';

const Line = z.object({
  custom_id: z.string(),
  result: z.discriminatedUnion('type', [
    z.object({ type: z.literal('succeeded'), message: z.unknown() }),
    z.object({
      type: z.literal('errored'),
      error: z.object({ error: z.object({ type: z.string(), message: z.string().catch('') }) }),
    }),
    z.object({ type: z.literal('canceled') }),
    z.object({ type: z.literal('expired') }),
  ]),
});

/** How one request of a batch ended. `message` is Claude's answer as it came. */
export type LineResult =
  | { kind: 'succeeded'; message: unknown }
  | { kind: 'errored'; error: string; detail: string }
  | { kind: 'canceled' }
  | { kind: 'expired' };

/** One line of a batch's results: what it is about and how that ended. */
export interface ResultLine {
  name: RequestName;
  result: LineResult;
}

/** Reads one line of results, parsed as JSON; undefined for what is no line, or about no request of ours. */
export function readResultLine(line: unknown): ResultLine | undefined {
  const read = Line.safeParse(line);
  const name = read.success ? readCustomId(read.data.custom_id) : undefined;
  return read.success && name !== undefined ? { name, result: resultOf(read.data.result) } : undefined;
}

function resultOf(result: z.infer<typeof Line>['result']): LineResult {
  switch (result.type) {
    case 'succeeded':
      return { kind: 'succeeded', message: result.message };
    case 'errored':
      return { kind: 'errored', error: result.error.error.type, detail: result.error.error.message };
    case 'canceled':
    case 'expired':
      return { kind: result.type };
  }
}

/** What becomes of a ticket whose request got no answer: into a later chunk, to the queue, or kept until somebody resumes. */
export type Unanswered = 'again' | 'queue' | 'held';

/** A request that fails in so many batches is asked about one by one instead. */
const MOST_TRIES = 3;

/**
 * Decides about a request without an answer. What Claude could not take as it is would fail again, so the queue shows why;
 * what failed or expired on Claude's side gets another batch, twice; what somebody cancelled waits for somebody.
 */
export function afterNoAnswer(result: Exclude<LineResult, { kind: 'succeeded' }>, tries: number): Unanswered {
  if (result.kind === 'canceled') return 'held';
  if (result.kind === 'errored' && result.error === 'invalid_request_error') return 'queue';
  return tries < MOST_TRIES ? 'again' : 'queue';
}
