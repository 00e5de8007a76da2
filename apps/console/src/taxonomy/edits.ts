import type { Category, Example, Subcategory, Taxonomy } from './types.ts';

/** The list with something else at this place. */
export function replaceAt<T>(list: readonly T[], at: number, item: T): T[] {
  return list.map((one, place) => (place === at ? item : one));
}

/** The list without what stands at this place. */
export function removeAt<T>(list: readonly T[], at: number): T[] {
  return list.filter((_, place) => place !== at);
}

/** The list with what stands at this place so many places on; the same where there is no such place. */
export function moveBy<T>(list: readonly T[], at: number, by: number): T[] {
  const moved = list.slice(at, at + 1);
  const to = at + by;
  return to < 0 || to >= list.length ? [...list] : removeAt(list, at).toSpliced(to, 0, ...moved);
}

/** The taxonomy with a category changed. */
export function changeCategory(taxonomy: Taxonomy, at: number, change: (category: Category) => Category): Taxonomy {
  const categories = taxonomy.categories.map((category, place) => (place === at ? change(category) : category));
  return { ...taxonomy, categories };
}

/** The taxonomy with the category's key changed wherever it stands. */
export function renameCategory(taxonomy: Taxonomy, at: number, key: string): Taxonomy {
  const before = taxonomy.categories[at]?.key;
  const fallback = taxonomy.fallback === before ? key : taxonomy.fallback;
  return changeCategory({ ...taxonomy, fallback }, at, (category) => ({ ...category, key }));
}

/** The taxonomy with one more category at its end, like the last one in whom and when it concerns. */
export function addCategory(taxonomy: Taxonomy): Taxonomy {
  const last = taxonomy.categories.at(-1);
  const added: Category = {
    key: freeKey(taxonomy.categories, 'new_category'),
    title: 'New category',
    description: '',
    team: last?.team ?? 'support',
    priority: 'medium',
    sla_hours: last?.sla_hours ?? 24,
    keywords: [],
    subcategories: [],
    examples: [],
  };
  return { ...taxonomy, categories: [...taxonomy.categories, added] };
}

/** The category with one more subcategory. */
export function addSubcategory(category: Category): Category {
  const added: Subcategory = {
    key: freeKey(category.subcategories, 'new_subcategory'),
    title: 'New subcategory',
    description: '',
  };
  return { ...category, subcategories: [...category.subcategories, added] };
}

/** The category with a subcategory changed; its examples follow where its key does. */
export function changeSubcategory(category: Category, at: number, changed: Subcategory): Category {
  const before = category.subcategories[at]?.key;
  return {
    ...category,
    subcategories: replaceAt(category.subcategories, at, changed),
    examples: relabel(category.examples, before, changed.key),
  };
}

/** The category without a subcategory; its examples stay, without one. */
export function removeSubcategory(category: Category, at: number): Category {
  const gone = category.subcategories[at]?.key;
  return {
    ...category,
    subcategories: removeAt(category.subcategories, at),
    examples: relabel(category.examples, gone, undefined),
  };
}

function relabel(examples: readonly Example[], from: string | undefined, to: string | undefined): Example[] {
  return examples.map((example) => (example.subcategory === from ? withSubcategory(example, to) : example));
}

/** The example under another subcategory, or under none. */
export function withSubcategory({ subject, body }: Example, subcategory: string | undefined): Example {
  return { subject, body, ...(subcategory !== undefined && { subcategory }) };
}

function freeKey(taken: readonly { key: string }[], wanted: string): string {
  const keys = new Set(taken.map(({ key }) => key));
  let key = wanted;
  for (let count = 2; keys.has(key); count += 1) key = `${wanted}_${count}`;
  return key;
}
