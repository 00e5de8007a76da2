import { z } from 'zod';
import { EngineName } from './engine.ts';
import { Probability } from './suggestion.ts';
import type { Taxonomy } from './taxonomy.ts';

/** What we do with decisions: act, propose only, or record and score only. */
export const Mode = z.enum(['auto', 'suggest', 'shadow']);
export type Mode = z.infer<typeof Mode>;

/** Confidence below which a person decides, until outcomes allow a better-founded threshold. */
export const DEFAULT_THRESHOLD = 0.7;

/** From which confidence on a decision needs no person; null where none does, because a promise was broken. */
export const Thresholds = z.object({
  /** Holds for every category that has none of its own. */
  all: Probability.nullable(),
  byCategory: z.record(z.string(), Probability.nullable()),
});
export type Thresholds = z.infer<typeof Thresholds>;

/** Everything that shapes a decision, numbered, so that a decision can be explained and replayed. */
export interface Release {
  id: number;
  taxonomyVersion: number;
  taxonomy: Taxonomy;
  promptVersion: string;
  engine: EngineName;
  model: string;
  hardModel: string;
  /** Version of the local model, null when it learns from the taxonomy alone at start. */
  localModel: number | null;
  /** Version of what calibrates Claude's confidence, null while too few outcomes are known. */
  calibrator: number | null;
  thresholds: Thresholds;
}

/** The confidence that a category must reach to be routed without a person; null where nothing is. */
export function thresholdOf(thresholds: Thresholds, category: string): number | null {
  // A category may have the key of something that every object has, such as constructor.
  const own = Object.hasOwn(thresholds.byCategory, category) ? thresholds.byCategory[category] : undefined;
  return own === undefined ? thresholds.all : own;
}
