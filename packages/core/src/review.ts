import { z } from 'zod';
import { CorrectionDraft } from './correct.ts';
import { DecisionReason } from './decide.ts';
import { Priority } from './priority.ts';
import { Key } from './taxonomy.ts';
import { storable } from './ticket.ts';

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

/** Which of the tickets that wait are wanted; all of them where nothing is said. */
export const ReviewFilter = z.object({
  team: Key.optional().describe('Team that has it now; `triage` where nobody else does.'),
  category: Key.optional().describe('Category that was suggested.'),
  source: z.string().max(200).transform(storable).optional(),
  priority: Priority.optional(),
  reason: DecisionReason.optional().describe('Why it waits for a person.'),
});
export type ReviewFilter = z.infer<typeof ReviewFilter>;

/** Tickets whose suggestion is right, each with the category that was seen, so that nobody accepts what changed meanwhile. */
export const BulkReview = z.object({
  accept: z
    .array(z.object({ id: z.string().min(1).max(300), category: Key }))
    .min(1, 'must have at least one ticket')
    .max(100, 'must have at most 100 tickets'),
});

/** Which item is asked for next. */
export const NextReview = z.object({
  kind: ReviewKind.default('ticket').describe(
    '`ticket` waits for a person; `audit` judges an automated decision blindly.',
  ),
  filter: ReviewFilter.default({}).describe('Only of tickets; audits are drawn by chance.'),
  besides: z
    .array(z.string().max(40))
    .max(20)
    .default([])
    .describe('Tickets that you hold already: another one is wanted, so that it is there when these are answered.'),
});
