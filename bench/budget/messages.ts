import { BudgetLimits } from '@usher/core/budget/rules';
import { z } from 'zod';

export const ClaudeSettings = z.object({ limits: BudgetLimits, bucketSeconds: z.number() });
export type ClaudeSettings = z.infer<typeof ClaudeSettings>;

/** What the stand-in for Claude let through and refused since it started. */
export const Totals = z.object({
  atMs: z.number(),
  taken: z.number(),
  refused: z.number(),
  inputTokens: z.number(),
  outputTokens: z.number(),
});
export type Totals = z.infer<typeof Totals>;

/** What the tickets are like, and by which factor estimates of their tokens are off. */
export const Load = z.object({ characters: z.number(), estimateFactor: z.number() });
export type Load = z.infer<typeof Load>;

export const MemberSettings = z.object({
  way: z.enum(['usher', 'sdk', 'bullmq']),
  redisUrl: z.string(),
  claudeUrl: z.string(),
  concurrency: z.number(),
  requestsAMinute: z.number(),
  load: Load,
});
export type MemberSettings = z.infer<typeof MemberSettings>;
