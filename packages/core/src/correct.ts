import { z } from 'zod';
import { type CategorisedDecision, decideByPerson } from './decide.ts';
import { findCategory, findSubcategory, type Taxonomy } from './taxonomy.ts';
import { storable } from './ticket.ts';

/** Someone says that a ticket is another category: the body of `POST /v1/tickets/{id}/corrections`. */
export const CorrectionDraft = z.object({
  category: z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(100, 'must have at most 100 characters')
    .describe('Key of the right category.'),
  subcategory: z
    .string()
    .trim()
    .max(100, 'must have at most 100 characters')
    .nullish()
    .transform((value) => (value == null || value === '' ? null : value))
    .describe('Key of the right subcategory, if there is one.'),
  note: z
    .string()
    .max(2_000, 'must have at most 2,000 characters')
    .nullish()
    .transform((value) => (value == null ? null : storable(value)))
    .describe('Why, for the next reader; at most 2,000 characters.'),
});
export type CorrectionDraft = z.infer<typeof CorrectionDraft>;

/** A correction read against the taxonomy: the decision that it gives, or what is wrong with it and what is allowed. */
export type ReadCorrection =
  | { kind: 'decision'; decision: CategorisedDecision }
  | { kind: 'unknown'; field: 'category' | 'subcategory'; given: string; allowed: string[] };

/** Turns a person's choice into a decision. `current` is the category that the ticket has now, if any. */
export function correct(draft: CorrectionDraft, taxonomy: Taxonomy, current: string | null): ReadCorrection {
  const category = findCategory(taxonomy, draft.category);
  if (category === undefined) {
    const allowed = taxonomy.categories.map(({ key }) => key);
    return { kind: 'unknown', field: 'category', given: draft.category, allowed };
  }
  const subcategory = draft.subcategory === null ? null : findSubcategory(category, draft.subcategory);
  if (subcategory === undefined) {
    const allowed = category.subcategories.map(({ key }) => key);
    return { kind: 'unknown', field: 'subcategory', given: draft.subcategory ?? '', allowed };
  }
  const reason = category.key === current ? 'accepted' : 'corrected';
  return {
    kind: 'decision',
    decision: decideByPerson(category, { subcategory: subcategory?.key ?? null, note: draft.note, reason }),
  };
}
