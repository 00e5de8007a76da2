import { z } from 'zod';
import { Estimate, estimateCells, shareEstimate } from './estimate.ts';
import { estimateColumns, NotCounted, type Report } from './report.ts';

/** Counts of texts. Shadowed ones are in none but `received` and `shadowed`. */
export interface FunnelCounts {
  received: number;
  decided: number;
  predicted: number;
  automated: number;
  corrected: number;
  shadowed: number;
}

const step = z.object({ n: z.number().int(), of_previous: Estimate.describe('Share of the step before.') });

/** From decision to correction, each step with its share of the one before. */
export const FunnelReport = z.object({
  received: z.number().int().describe('Texts that came in, by the day of their arrival.'),
  shadowed: z.number().int().describe('Decided in shadow mode; in none of the steps.'),
  steps: z.object({
    decided: step.describe('An engine had its say, by the day of its decision, as all that follow.'),
    predicted: step.describe('It predicted a category.'),
    automated: step.describe('The ticket went to its team without a person.'),
    corrected: step.describe('Of the automated, somebody said it is another category.'),
  }),
  not_counted: NotCounted,
  note: z.string(),
});
export type FunnelReport = z.infer<typeof FunnelReport>;

const NOTE = 'A correction counts on the day of the decision that it corrects, so the newest days still grow.';

/** Adds up the funnel. */
export function funnelReport(counts: FunnelCounts, notCounted: number): Report<FunnelReport> {
  const { received, decided, predicted, automated, corrected, shadowed } = counts;
  const stepOf = (n: number, before: number) => ({ n, of_previous: shareEstimate(Math.min(n, before), before) });
  const steps = {
    decided: { n: decided, of_previous: shareEstimate(Math.min(decided + shadowed, received), received) },
    predicted: stepOf(predicted, decided),
    automated: stepOf(automated, predicted),
    corrected: stepOf(corrected, automated),
  };
  const rows = Object.entries(steps).map(([name, { n, of_previous }]) => [name, n, ...estimateCells(of_previous)]);
  return {
    document: { received, shadowed, steps, not_counted: notCounted, note: NOTE },
    tables: {
      steps: {
        columns: [['step', 'text'], ['n', 'count'], ...estimateColumns('of_previous', 'share')],
        rows: [['received', received, null, null, null], ...rows],
      },
    },
    note: NOTE,
  };
}
