import { z } from '@hono/zod-openapi';
import type { Breaker } from '@usher/db/breakers';
import { ShownMoment, shownOrNull } from './moment.ts';

const ShownBreaker = z.object({
  account: z.string(),
  state: z.enum(['closed', 'open', 'half_open']).describe('Half open: one call at a time probes.'),
  reason: z.enum(['configuration', 'money', 'outage', 'hand']).nullable().describe('Null while it is closed.'),
  detail: z.string().nullable(),
  opened_at: ShownMoment.nullable(),
  probe_in_ms: z.number().int().describe('Milliseconds until a call may probe; 0 unless it is open.'),
  times: z.number().int().describe('How often it opened since it was last closed.'),
});

/** The breakers of all accounts at Claude that were ever called. */
export const Breakers = z.array(ShownBreaker);

/** Shows how a breaker stands. */
export function showBreaker(breaker: Breaker): z.infer<typeof ShownBreaker> {
  const { name, state, reason, detail, openedAt, waitMs, times } = breaker;
  const isOpen = state !== 'closed';
  return {
    account: name,
    state,
    reason: isOpen ? reason : null,
    detail: isOpen ? detail : null,
    opened_at: isOpen ? shownOrNull(openedAt) : null,
    probe_in_ms: Math.round(waitMs),
    times,
  };
}
