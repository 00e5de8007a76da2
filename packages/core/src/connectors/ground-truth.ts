import { type Category, findCategory, findSubcategory, type Taxonomy } from '../taxonomy.ts';
import type { Outcome } from './reading.ts';

/** What was decided about a ticket last. */
export interface Decided {
  category: string | null;
  team: string | null;
}

/** A category that a ticket had at its end, by keys of the taxonomy. */
export interface GroundTruth {
  category: string;
  subcategory: string | null;
}

/**
 * What a ticket's end says about its category; null where it says nothing certain. The category's field or tag counts, unless it is only
 * what we wrote ourselves while a person moved the ticket to a team that does not have this category: then the team counts,
 * if it has one category only. So it does where there is no category at all; the team that we chose confirms the category that we chose.
 */
export function readGroundTruth(outcome: Outcome, taxonomy: Taxonomy, decided: Decided): GroundTruth | null {
  const { team } = outcome;
  const category = findCategory(taxonomy, outcome.category ?? '');
  if (category !== undefined && !isLeftStanding(category, team, decided)) return ofCategory(category, outcome);
  return team === null ? null : ofTeam(team, taxonomy, decided);
}

function ofCategory(category: Category, { subcategory }: Outcome): GroundTruth {
  return { category: category.key, subcategory: findSubcategory(category, subcategory ?? '')?.key ?? null };
}

/** Whether a category is ours and a person moved the ticket elsewhere without changing it. */
function isLeftStanding(category: Category, team: string | null, decided: Decided): boolean {
  return category.key === decided.category && team !== null && team !== category.team && team !== decided.team;
}

function ofTeam(team: string, taxonomy: Taxonomy, decided: Decided): GroundTruth | null {
  const category = findCategory(taxonomy, decided.category ?? '');
  if (category?.team === team) return { category: category.key, subcategory: null };
  const own = taxonomy.categories.filter((one) => one.team === team);
  const [only] = own;
  return only !== undefined && own.length === 1 ? { category: only.key, subcategory: null } : null;
}
