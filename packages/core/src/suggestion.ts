import { z } from 'zod';
import { Key } from './taxonomy.ts';

/** A probability, 0 to 1. */
export const Probability = z.number().min(0).max(1);

export const Alternative = z.object({ category: Key, confidence: Probability });
export type Alternative = z.infer<typeof Alternative>;

/** What a calibrated confidence in Claude's answer was read from. */
export const Signals = z.object({
  /** The local model's probability of Claude's label. */
  local: Probability,
  /** Whether the local model would have said the same. */
  agrees: z.boolean(),
  /** How far the local model's likeliest label is ahead of its second. */
  margin: Probability,
  /** What Claude said about itself. */
  stated: Probability,
});
export type Signals = z.infer<typeof Signals>;

/** What an engine said about one ticket. Its labels are always labels of the taxonomy it was given. */
export const Suggestion = z.object({
  category: Key,
  subcategory: Key.nullable(),
  /** Probability that the category is right. */
  confidence: Probability,
  /** False while too few outcomes exist to say how often such a confidence is right. */
  calibrated: z.boolean(),
  /** Other likely categories, most likely first, without the suggested one. */
  alternatives: z.array(Alternative),
  /** Why, in a sentence a person can check against the ticket. */
  rationale: z.string(),
  /** Set where the local model was looked at beside Claude's answer. */
  signals: Signals.optional(),
});
export type Suggestion = z.infer<typeof Suggestion>;
