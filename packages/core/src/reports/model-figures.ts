import { z } from 'zod';

const count = z.number().int().nonnegative();

/** How much simpler ways do beside a local model, each counted on the same texts that it was not learnt from. */
export const BaselineFigures = z.object({
  n: count,
  /** How often the model itself is right, never having seen the text. */
  model: count,
  /** The same of a model that was learnt from the taxonomy alone, without any label. */
  withoutLabels: count,
  /** How often the category of the most similar other labelled text is right. */
  nearestNeighbour: count,
});
export type BaselineFigures = z.infer<typeof BaselineFigures>;

/** What reports read of a local model's figures; all of it may be missing in those of a version that could not be judged. */
export const ModelFigures = z.object({
  n: count.catch(0),
  accuracy: z.number().optional(),
  isFromOutcomes: z.boolean().optional(),
  baselines: BaselineFigures.nullish(),
});
export type ModelFigures = z.infer<typeof ModelFigures>;
