import { z } from 'zod';

/** How often one labeller contradicts what the model is sure of, beside all others. */
export const LabellerFigures = z.object({
  /** Labels that were compared. */
  n: z.number().int(),
  contradicted: z.number().int(),
  othersN: z.number().int(),
  othersContradicted: z.number().int(),
});
export type LabellerFigures = z.infer<typeof LabellerFigures>;

/** A label beside what the model, which had not seen it, thought of its text. */
export interface ComparedLabel {
  labeller: string;
  /** The model's confidence in its own label. */
  confidence: number;
  /** Whether the model would have said the same. */
  agrees: boolean;
}

/** Fewer labels say nothing about a person. */
const FEWEST_LABELS = 20;

/** So many standard errors above the others, and so many times as often, is no bad luck and no hard queue. */
const STANDARD_ERRORS = 4;
const TIMES_AS_OFTEN = 3;
const LEAST_SHARE = 0.2;

/**
 * Those whose labels contradict the model where it is sure far more often than everybody else's do. Only the surer half of
 * the labels counts, since about the other the model may be wrong itself; and most labels must be by others, or nobody knows
 * who is right.
 */
export function suspectLabellers(labels: readonly ComparedLabel[]): Map<string, LabellerFigures> {
  const sure = surerHalf(labels);
  const suspects = new Map<string, LabellerFigures>();
  const all = countOf(sure);
  let innocent = all;
  const byRate = [...Map.groupBy(sure, ({ labeller }) => labeller)]
    .map(([labeller, own]) => ({ labeller, ...countOf(own) }))
    .sort((a, b) => b.contradicted / b.n - a.contradicted / a.n);
  for (const { labeller, ...own } of byRate) {
    const others = { n: innocent.n - own.n, contradicted: innocent.contradicted - own.contradicted };
    if (others.n * 2 <= all.n || !isFarWorse(own, others)) continue;
    suspects.set(labeller, { ...own, othersN: others.n, othersContradicted: others.contradicted });
    innocent = others;
  }
  return suspects;
}

interface Count {
  n: number;
  contradicted: number;
}

function surerHalf(labels: readonly ComparedLabel[]): ComparedLabel[] {
  return labels.toSorted((a, b) => b.confidence - a.confidence).slice(0, Math.ceil(labels.length / 2));
}

function countOf(labels: readonly ComparedLabel[]): Count {
  return { n: labels.length, contradicted: labels.filter(({ agrees }) => !agrees).length };
}

/** A one-sided test of two shares, with one more of each in both so that none is certain. */
function isFarWorse(own: Count, others: Count): boolean {
  if (own.n < FEWEST_LABELS) return false;
  const [share, usual] = [own, others].map(({ n, contradicted }) => (contradicted + 1) / (n + 2));
  if (share === undefined || usual === undefined) return false;
  const pooled = (own.contradicted + others.contradicted + 2) / (own.n + others.n + 4);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / (own.n + 2) + 1 / (others.n + 2)));
  return share >= LEAST_SHARE && share >= TIMES_AS_OFTEN * usual && share - usual >= STANDARD_ERRORS * error;
}
