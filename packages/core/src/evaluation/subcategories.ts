import { type Estimate, shareEstimate } from '../reports/estimate.ts';

/** A subcategory beside what was predicted for its text. */
export interface ChildJudgement {
  /** Whether the category above it was predicted right. */
  isParentRight: boolean;
  /** Null where none was named; the engine backs off to the category when it is unsure. */
  given: string | null;
  actual: string;
}

/** How subcategories come out, on the texts that have one. */
export interface SubcategoryFigures {
  n: number;
  /** Share whose category and subcategory are both right; not named counts as wrong. */
  accuracy: Estimate;
  /** Of those whose category is right: the share for which a subcategory was named. */
  named: Estimate;
  /** Of the named: the share that is right. */
  rightWhenNamed: Estimate;
}

/** Adds up subcategories; null where no text has one. */
export function subcategoryFigures(judgements: readonly ChildJudgement[]): SubcategoryFigures | null {
  if (judgements.length === 0) return null;
  const right = judgements.filter(({ given, actual }) => given === actual).length;
  const named = judgements.filter(({ given }) => given !== null).length;
  return {
    n: judgements.length,
    accuracy: shareEstimate(right, judgements.length),
    named: shareEstimate(named, judgements.filter(({ isParentRight }) => isParentRight).length),
    rightWhenNamed: shareEstimate(right, named),
  };
}
