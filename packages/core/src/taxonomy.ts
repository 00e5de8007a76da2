import { z } from 'zod';
import { Priority } from './priority.ts';
import { storable } from './ticket.ts';

/** A category's or subcategory's stable name: what engines answer, what the API and the database say. */
export const Key = z
  .string()
  .regex(
    /^[a-z][a-z0-9_]{0,62}$/,
    'a key is lower case letters, digits and underscores, starts with a letter, and has at most 63 characters',
  );
export type Key = z.infer<typeof Key>;

/** Team that decides by hand what no rule could place. */
export const TRIAGE_TEAM = 'triage';

/** Stands in a model's answer for "no subcategory fits". */
export const NO_SUBCATEGORY = 'none';

const text = (max: number) =>
  z
    .string()
    .overwrite(storable)
    .trim()
    .min(1, 'must not be empty')
    .max(max, `must have at most ${max.toLocaleString('en')} characters`);

const SLA_RANGE = 'must be more than 0 and at most 8,760 hours (a year)';

/** A labelled text that ships with the taxonomy and teaches engines from the first start. */
export const TaxonomyExample = z.strictObject({
  subject: z.string().overwrite(storable).trim().max(500, 'must have at most 500 characters').default(''),
  body: text(10_000),
  subcategory: Key.optional(),
});
export type TaxonomyExample = z.infer<typeof TaxonomyExample>;

export const Subcategory = z.strictObject({
  key: Key,
  title: text(100),
  description: text(1_000),
});
export type Subcategory = z.infer<typeof Subcategory>;

export const Category = z.strictObject({
  key: Key,
  title: text(100),
  description: text(1_000),
  team: Key,
  priority: Priority,
  /** Hours until the ticket must be answered, counted from its arrival. */
  sla_hours: z.number().min(0.01, SLA_RANGE).max(8_760, SLA_RANGE),
  keywords: z.array(text(60)).max(100, 'there may be at most 100 keywords').default([]),
  subcategories: z.array(Subcategory).max(50, 'there may be at most 50 subcategories').default([]),
  examples: z.array(TaxonomyExample).max(2_000, 'there may be at most 2,000 examples').default([]),
});
export type Category = z.infer<typeof Category>;

/** The category list as it is written in `taxonomy.yaml`, published by the API and stored. */
export const Taxonomy = z
  .strictObject({
    /** Category whose priority and SLA hold when nothing was predicted. */
    fallback: Key,
    categories: z.array(Category).min(1, 'there must be a category').max(200, 'there may be at most 200 categories'),
  })
  .superRefine((taxonomy, context) => {
    const keys = new Map<string, number>();
    taxonomy.categories.forEach((category, index) => {
      const first = keys.get(category.key);
      if (first !== undefined) {
        context.addIssue({
          code: 'custom',
          path: ['categories', index, 'key'],
          message: `the key "${category.key}" is already used by category ${first + 1}`,
        });
      }
      keys.set(category.key, first ?? index);
      checkCategory(category, index, context);
    });
    if (!keys.has(taxonomy.fallback)) {
      context.addIssue({
        code: 'custom',
        path: ['fallback'],
        message: `"${taxonomy.fallback}" is not one of the categories: ${[...keys.keys()].join(', ')}`,
      });
    }
  });
export type Taxonomy = z.infer<typeof Taxonomy>;

function checkCategory(category: Category, index: number, context: z.core.$RefinementCtx): void {
  const children = new Set<string>();
  category.subcategories.forEach((subcategory, at) => {
    const path = ['categories', index, 'subcategories', at, 'key'];
    if (children.has(subcategory.key))
      context.addIssue({
        code: 'custom',
        path,
        message: `the key "${subcategory.key}" is used twice in ${category.key}`,
      });
    if (subcategory.key === NO_SUBCATEGORY)
      context.addIssue({ code: 'custom', path, message: `"${NO_SUBCATEGORY}" is reserved for "no subcategory"` });
    children.add(subcategory.key);
  });
  category.examples.forEach((example, at) => {
    if (example.subcategory === undefined || children.has(example.subcategory)) return;
    const path = ['categories', index, 'examples', at, 'subcategory'];
    context.addIssue({
      code: 'custom',
      path,
      message: `"${example.subcategory}" is not a subcategory of ${category.key}: ${[...children].join(', ') || 'it has none'}`,
    });
  });
}

/** The category with this key, compared without regard to letter case; undefined if there is none. */
export function findCategory(taxonomy: Taxonomy, key: string): Category | undefined {
  const wanted = key.trim().toLowerCase();
  return taxonomy.categories.find((category) => category.key === wanted);
}

/** The subcategory with this key below a category, compared without regard to letter case; undefined if there is none. */
export function findSubcategory(category: Category, key: string): Subcategory | undefined {
  const wanted = key.trim().toLowerCase();
  return category.subcategories.find((subcategory) => subcategory.key === wanted);
}

/** The category that stands in when nothing was predicted. The schema guarantees that it exists. */
export function fallbackCategory(taxonomy: Taxonomy): Category {
  const found = findCategory(taxonomy, taxonomy.fallback);
  if (found === undefined)
    throw new RangeError(`the taxonomy's fallback "${taxonomy.fallback}" is not one of its categories`);
  return found;
}
