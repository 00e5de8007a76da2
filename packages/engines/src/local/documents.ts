import type { Example } from '@usher/core/engine';
import { type Category, findCategory, findSubcategory, type Taxonomy } from '@usher/core/taxonomy';
import { readWords, textKey, type Words } from './words.ts';

/** Newest examples that are read; more only take time and memory. */
export const MAX_DOCUMENTS = 200_000;

/**
 * Where a document comes from: `about` is the taxonomy's own wording, always learnt from and never judged on; `starter` is an
 * example that ships with the taxonomy; `outcome` was labelled by a person; `hearsay` counts less than a person's word.
 */
export type Origin = 'about' | 'starter' | 'outcome' | 'hearsay';

/** A text to learn from. */
export interface TrainingDocument {
  words: Words;
  /** The same for texts that a person would call the same. */
  key: string;
  category: string;
  subcategory: string | null;
  weight: number;
  origin: Origin;
  /** Its place among the given examples; null for what the taxonomy says. */
  example: number | null;
}

/**
 * Everything there is to learn from: the examples (oldest first; labels that the taxonomy no longer has are left out, and so is
 * weight zero), the taxonomy's starter examples, and its titles, descriptions and keywords. A starter example that is
 * among the examples under another label has been corrected and counts no more; under the same label it stays a starter.
 */
export function documentsOf(examples: readonly Example[], taxonomy: Taxonomy): TrainingDocument[] {
  const starters = taxonomy.categories.flatMap(startersOf);
  const starterLabels = new Map(starters.map((starter) => [starter.key, starter.category]));
  const first = Math.max(0, examples.length - MAX_DOCUMENTS);
  const taught = examples
    .slice(first)
    .flatMap((example, at) => taughtBy(example, taxonomy, first + at))
    .filter((document) => starterLabels.get(document.key) !== document.category);
  const taughtKeys = new Set(taught.map((document) => document.key));
  return [
    ...taxonomy.categories.flatMap(aboutCategory),
    ...starters.filter((starter) => !taughtKeys.has(starter.key)),
    ...taught,
  ];
}

function taughtBy(example: Example, taxonomy: Taxonomy, at: number): TrainingDocument[] {
  const category = findCategory(taxonomy, example.category);
  if (category === undefined || !(example.weight > 0)) return [];
  const subcategory = example.subcategory === null ? undefined : findSubcategory(category, example.subcategory);
  const label = { category: category.key, subcategory: subcategory?.key ?? null };
  const origin = example.weight < 1 ? 'hearsay' : 'outcome';
  return [documentOf(example, { ...label, weight: example.weight, origin, example: at })];
}

function startersOf({ key, examples }: Category): TrainingDocument[] {
  return examples.map((example) =>
    documentOf(example, {
      category: key,
      subcategory: example.subcategory ?? null,
      weight: 1,
      origin: 'starter',
      example: null,
    }),
  );
}

function aboutCategory({ key, title, description, keywords, subcategories }: Category): TrainingDocument[] {
  const about = { category: key, subcategory: null, weight: 1, origin: 'about', example: null } as const;
  return [
    documentOf({ subject: title, body: description }, about),
    ...keywords.map((keyword) => documentOf({ subject: '', body: keyword }, about)),
    ...subcategories.map((child) =>
      documentOf({ subject: child.title, body: child.description }, { ...about, subcategory: child.key }),
    ),
  ];
}

function documentOf(
  text: { subject: string; body: string },
  label: Omit<TrainingDocument, 'words' | 'key'>,
): TrainingDocument {
  const words = readWords(text);
  return { words, key: textKey(words), ...label };
}
