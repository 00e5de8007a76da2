import { z } from 'zod';
import { CorrectionDraft } from './correct.ts';

/**
 * What a person says about an item of the review queue: that the suggestion is right, that it is another category, or that somebody
 * else shall look. A blind audit is answered with a category.
 */
export const ReviewVerdict = z.discriminatedUnion('action', [
  z.object({ action: z.literal('accept'), note: CorrectionDraft.shape.note }),
  CorrectionDraft.extend({ action: z.literal('correct') }),
  z.object({ action: z.literal('pass') }),
]);
export type ReviewVerdict = z.infer<typeof ReviewVerdict>;

/** Which items are asked for: tickets that wait for a person, or blind audits. */
export const ReviewKind = z.enum(['ticket', 'audit']);

/** Which item is asked for next. */
export const NextReview = z.object({
  kind: ReviewKind.default('ticket').describe(
    '`ticket` waits for a person; `audit` judges an automated decision blindly.',
  ),
  besides: z
    .array(z.string().max(40))
    .max(20)
    .default([])
    .describe('Tickets that you hold already: another one is wanted, so that it is there when these are answered.'),
});
