import { Probability } from '@usher/core/suggestion';
import { z } from 'zod';

const Id = z.union([z.string(), z.number()]).transform(String);
const Label = z.string().trim().min(1, 'must not be empty');

/** A line of a training or test file: a ticket and the category it belongs to. */
export const LabelledTicket = z.object({
  id: Id,
  subject: z
    .string()
    .nullish()
    .transform((subject) => subject ?? ''),
  body: z.string(),
  category: Label,
  /** Null where the ticket has none, or nobody said. */
  subcategory: z
    .string()
    .trim()
    .nullish()
    .transform((subcategory) => (subcategory == null || subcategory === '' ? null : subcategory)),
});
export type LabelledTicket = z.infer<typeof LabelledTicket>;

/** A line of a file with recorded answers: what a model said about a ticket, null where it said nothing usable. */
export const RecordedAnswer = z.object({
  id: Id,
  category: Label.nullable(),
  confidence: Probability.nullish().transform((confidence) => confidence ?? null),
});
export type RecordedAnswer = z.infer<typeof RecordedAnswer>;
