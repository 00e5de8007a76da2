import type { Category, Taxonomy } from './types.ts';

/** Two lists made from the same one, put together. */
export interface Merged {
  taxonomy: Taxonomy;
  /** What both had changed, such as `billing: team`; there mine holds. */
  conflicts: string[];
}

/** Puts my changes and theirs together, field by field. Where both changed the same field, mine holds and is named. */
export function merge(was: Taxonomy, mine: Taxonomy, theirs: Taxonomy): Merged {
  const conflicts: string[] = [];
  const keys = mergedOrder(was, mine, theirs);
  const categories = keys.flatMap((key): Category[] => {
    const sides = [was, mine, theirs].map((list) => list.categories.find((category) => category.key === key));
    const merged = mergeCategory(sides[0], sides[1], sides[2]);
    conflicts.push(...merged.conflicts.map((field) => (field === '' ? key : `${key}: ${field}`)));
    return merged.category === undefined ? [] : [merged.category];
  });
  const fallback = isSame(mine.fallback, was.fallback) ? theirs.fallback : mine.fallback;
  return { taxonomy: { fallback, categories }, conflicts };
}

/** Theirs where only they changed the order, and else mine; what the other added comes last. */
function mergedOrder(was: Taxonomy, mine: Taxonomy, theirs: Taxonomy): string[] {
  const [before, own, other] = [was, mine, theirs].map((list) => list.categories.map(({ key }) => key));
  const [first, second] = isSame(own, before) ? [other, own] : [own, other];
  return [...new Set([...(first ?? []), ...(second ?? [])])];
}

interface MergedCategory {
  category: Category | undefined;
  conflicts: string[];
}

function mergeCategory(
  was: Category | undefined,
  mine: Category | undefined,
  theirs: Category | undefined,
): MergedCategory {
  if (isSame(mine, was)) return { category: theirs, conflicts: [] };
  if (isSame(theirs, was) || isSame(mine, theirs)) return { category: mine, conflicts: [] };
  if (was === undefined || mine === undefined || theirs === undefined) return { category: mine, conflicts: [''] };
  return mergeFields(was, mine, theirs);
}

function mergeFields(was: Category, mine: Category, theirs: Category): MergedCategory {
  const conflicts: string[] = [];
  const choose = <F extends keyof Category>(field: F): Category[F] => {
    if (isSame(mine[field], was[field])) return theirs[field];
    if (!isSame(theirs[field], was[field]) && !isSame(mine[field], theirs[field])) conflicts.push(field);
    return mine[field];
  };
  const category: Category = {
    key: mine.key,
    title: choose('title'),
    description: choose('description'),
    team: choose('team'),
    priority: choose('priority'),
    sla_hours: choose('sla_hours'),
    keywords: choose('keywords'),
    subcategories: choose('subcategories'),
    examples: choose('examples'),
  };
  return { category, conflicts };
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
