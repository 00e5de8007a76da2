import { type Category, findCategory, findSubcategory, type Taxonomy } from '@usher/core/taxonomy';
import type { CategorisedDecision } from '@usher/core/decide';
import { decideByHistory } from '@usher/core/decide';

/** What a label of the file decides. */
export type Label = CategorisedDecision;

interface LabelRules {
  taxonomy: Taxonomy | undefined;
  renames: ReadonlyMap<string, string>;
}

/**
 * Reads the category that a file gives a ticket: by its key, its title, or what it was renamed to. A label that the taxonomy
 * doesn't have is told and counts as none; an unknown subcategory leaves the category.
 */
export function readLabel(
  { category: given, subcategory }: { category: string | null; subcategory: string | null },
  { taxonomy, renames }: LabelRules,
): { label: Label | null; unknownLabel: string | null } {
  const name = given?.trim() ?? '';
  if (name === '' || taxonomy === undefined) return { label: null, unknownLabel: null };
  const key = renames.get(name) ?? name;
  const category = findCategory(taxonomy, key) ?? byTitle(taxonomy.categories, key);
  if (category === undefined) return { label: null, unknownLabel: name };
  return { label: decideByHistory(category, subcategoryIn(category, subcategory)), unknownLabel: null };
}

function subcategoryIn(category: Category, given: string | null): string | null {
  if (given === null) return null;
  const found = findSubcategory(category, given.trim()) ?? byTitle(category.subcategories, given);
  return found?.key ?? null;
}

function byTitle<Named extends { key: string; title: string }>(all: readonly Named[], name: string): Named | undefined {
  const wanted = name.trim().toLowerCase();
  return all.find(({ key, title }) => key.toLowerCase() === wanted || title.toLowerCase() === wanted);
}
