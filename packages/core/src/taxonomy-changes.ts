import { z } from 'zod';
import type { Category, Subcategory, Taxonomy, TaxonomyExample } from './taxonomy.ts';

/** One thing in which a version of the taxonomy differs from another. */
export const TaxonomyChange = z.object({
  category: z.string().nullable().describe('Key of the category; null for what concerns the whole list.'),
  subcategory: z.string().nullable().describe('Key of the subcategory, if it is about one.'),
  what: z.enum([
    'category',
    'subcategory',
    'title',
    'description',
    'team',
    'priority',
    'sla_hours',
    'keyword',
    'example',
    'order',
    'fallback',
  ]),
  before: z.string().nullable().describe('Null for what is new.'),
  after: z.string().nullable().describe('Null for what was removed.'),
});
export type TaxonomyChange = z.infer<typeof TaxonomyChange>;

/** Characters of an example that tell which one it is. */
const SHOWN = 300;

/** Everything in which the second list differs from the first, in the order of the second, with what was removed at the end. */
export function compareTaxonomies(before: Taxonomy, after: Taxonomy): TaxonomyChange[] {
  const whole = placeOf(null);
  const was = new Map(before.categories.map((category) => [category.key, category]));
  return [
    ...fieldChange(whole, 'fallback', [before.fallback, after.fallback]),
    ...orderChange(whole, [before.categories, after.categories]),
    ...after.categories.flatMap((category) => categoryChanges(was.get(category.key), category)),
    ...gone(before.categories, after.categories).map((category) => ({
      ...placeOf(category.key),
      what: 'category' as const,
      before: category.title,
      after: null,
    })),
  ];
}

type Place = Pick<TaxonomyChange, 'category' | 'subcategory'>;
type Sides<T> = readonly [before: T, after: T];

function placeOf(category: string | null, subcategory: string | null = null): Place {
  return { category, subcategory };
}

function categoryChanges(before: Category | undefined, after: Category): TaxonomyChange[] {
  const place = placeOf(after.key);
  if (before === undefined) return [{ ...place, what: 'category', before: null, after: summaryOf(after) }];
  const fields = (['title', 'description', 'team', 'priority'] as const).flatMap((what) =>
    fieldChange(place, what, [before[what], after[what]]),
  );
  return [
    ...fields,
    ...fieldChange(place, 'sla_hours', [String(before.sla_hours), String(after.sla_hours)]),
    ...setChanges(place, 'keyword', [before.keywords, after.keywords]),
    ...orderChange(place, [before.subcategories, after.subcategories]),
    ...subcategoryChanges(place, [before.subcategories, after.subcategories]),
    ...setChanges(place, 'example', [before.examples.map(exampleText), after.examples.map(exampleText)]),
  ];
}

function subcategoryChanges({ category }: Place, [before, after]: Sides<readonly Subcategory[]>): TaxonomyChange[] {
  const was = new Map(before.map((child) => [child.key, child]));
  const changed = after.flatMap((child): TaxonomyChange[] => {
    const place = placeOf(category, child.key);
    const old = was.get(child.key);
    if (old === undefined) return [{ ...place, what: 'subcategory', before: null, after: child.title }];
    return (['title', 'description'] as const).flatMap((what) => fieldChange(place, what, [old[what], child[what]]));
  });
  const removed = gone(before, after).map((child) => ({
    ...placeOf(category, child.key),
    what: 'subcategory' as const,
    before: child.title,
    after: null,
  }));
  return [...changed, ...removed];
}

function fieldChange(place: Place, what: TaxonomyChange['what'], [before, after]: Sides<string>): TaxonomyChange[] {
  return before === after ? [] : [{ ...place, what, before, after }];
}

/** What stands in one list only; what stands there twice counts twice. */
function setChanges(
  place: Place,
  what: TaxonomyChange['what'],
  [before, after]: Sides<readonly string[]>,
): TaxonomyChange[] {
  const added = surplus(after, before).map((text) => ({ ...place, what, before: null, after: text.slice(0, SHOWN) }));
  const removed = surplus(before, after).map((text) => ({ ...place, what, before: text.slice(0, SHOWN), after: null }));
  return [...added, ...removed];
}

function surplus(texts: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const text of others) left.set(text, (left.get(text) ?? 0) + 1);
  return texts.filter((text) => {
    const count = left.get(text) ?? 0;
    left.set(text, count - 1);
    return count <= 0;
  });
}

interface Keyed {
  key: string;
}

/** The order of those that both lists have. */
function orderChange(place: Place, [before, after]: Sides<readonly Keyed[]>): TaxonomyChange[] {
  const common = (list: readonly Keyed[], other: readonly Keyed[]) => {
    const keys = new Set(other.map(({ key }) => key));
    return list.flatMap(({ key }) => (keys.has(key) ? [key] : [])).join(', ');
  };
  return fieldChange(place, 'order', [common(before, after), common(after, before)]);
}

function gone<T extends Keyed>(before: readonly T[], after: readonly T[]): T[] {
  const kept = new Set(after.map(({ key }) => key));
  return before.filter(({ key }) => !kept.has(key));
}

function summaryOf({ title, team, priority, sla_hours: hours }: Category): string {
  return `${title} (${team}, ${priority}, ${hours} h)`;
}

function exampleText({ subject, body, subcategory }: TaxonomyExample): string {
  const text = subject === '' ? body : `${subject} · ${body}`;
  return subcategory === undefined ? text : `${text} [${subcategory}]`;
}
