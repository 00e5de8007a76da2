import { z } from 'zod';
import type { Suggestion } from './suggestion.ts';
import { type Category, findCategory, NO_SUBCATEGORY, type Subcategory, type Taxonomy } from './taxonomy.ts';
import { storable } from './ticket.ts';

/** Longest rationale that is kept, in UTF-16 units. */
const MAX_RATIONALE = 500;

/** How a subcategory is named toward a model: below its category, so that the two cannot contradict each other unseen. */
export function subcategoryLabel(category: Category, subcategory: Subcategory): string {
  return `${category.key}/${subcategory.key}`;
}

/**
 * What a model's reply must look like. The order counts, since a model writes its fields in it: the rationale comes
 * before the labels it argues for, and the subcategory after the category it lies below. Every field is required and
 * none is bounded, because structured output refuses optional unions and number ranges.
 */
export function outputSchema(taxonomy: Taxonomy) {
  return z.object({
    rationale: z.string().describe('One sentence of at most 25 words: what in the ticket decides.'),
    category: z.enum(taxonomy.categories.map(({ key }) => key)).describe('The category.'),
    subcategory: z
      .enum([...taxonomy.categories.flatMap(subcategoryLabels), NO_SUBCATEGORY])
      .describe(`A subcategory of that category, or ${NO_SUBCATEGORY}.`),
    confidence: z.number().describe('Probability from 0 to 1 that the category is right.'),
  });
}

/** Why a reply holds no suggestion. */
export type UnusableReply = 'not_json' | 'wrong_shape' | 'unknown_label';

export type ReplyReading =
  | { kind: 'suggested'; suggestion: Suggestion }
  /** `detail` repeats nothing of the reply, so that it can be told to a model without passing on a stranger's words. */
  | { kind: 'unusable'; why: UnusableReply; detail: string };

const ReplyShape = z.object({
  rationale: z.string(),
  category: z.string(),
  subcategory: z.string(),
  confidence: z.number(),
});

/**
 * Reads what a model wrote. Never throws. Labels are compared without regard to letter case, the confidence is clamped
 * to 0..1, a subcategory of another category is dropped, and a label outside the taxonomy makes the reply unusable.
 */
export function readReply(text: string, taxonomy: Taxonomy): ReplyReading {
  const json = parseJson(text);
  if (json === undefined) return unusable('not_json', 'the answer is not a JSON object');
  const shape = ReplyShape.safeParse(json.value);
  if (!shape.success) return unusable('wrong_shape', shapeDetail(shape.error));
  const { rationale, confidence } = shape.data;
  const category = findCategory(taxonomy, shape.data.category);
  if (category === undefined) return unusable('unknown_label', 'the category is not one of those listed');
  const subcategory = readSubcategory(shape.data.subcategory, category, taxonomy);
  if (subcategory === undefined) return unusable('unknown_label', 'the subcategory is not one of those listed');
  return {
    kind: 'suggested',
    suggestion: {
      category: category.key,
      subcategory,
      confidence: Math.min(1, Math.max(0, confidence)),
      calibrated: false,
      alternatives: [],
      rationale: storable(rationale.slice(0, MAX_RATIONALE)).trim(),
    },
  };
}

function readSubcategory(label: string, category: Category, taxonomy: Taxonomy): string | null | undefined {
  const wanted = label.trim().toLowerCase();
  if (wanted === NO_SUBCATEGORY) return null;
  const own = category.subcategories.find((subcategory) => subcategoryLabel(category, subcategory) === wanted);
  if (own !== undefined) return own.key;
  return taxonomy.categories.some((other) => subcategoryLabels(other).includes(wanted)) ? null : undefined;
}

function subcategoryLabels(category: Category): string[] {
  return category.subcategories.map((subcategory) => subcategoryLabel(category, subcategory));
}

function parseJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function shapeDetail(error: z.ZodError): string {
  const fields = error.issues.map(({ path }) => path[0] ?? 'the whole answer');
  return `missing or of the wrong type: ${[...new Set(fields)].join(', ')}`;
}

function unusable(why: UnusableReply, detail: string): ReplyReading {
  return { kind: 'unusable', why, detail };
}
