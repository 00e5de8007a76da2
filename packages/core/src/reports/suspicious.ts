import { z } from 'zod';
import { Estimate, shareEstimate } from './estimate.ts';
import type { Report } from './report.ts';

/** A label that the local model contradicts. */
export const SuspiciousLabel = z.object({
  example: z.number().int(),
  ticket: z.string().nullable().describe('`source:id`; null where the ticket is not known.'),
  subject: z.string(),
  label: z.string(),
  labelled_by: z.string(),
  provenance: z.string(),
  suggested: z.string().describe('What the local model says, which had not seen the text.'),
  confidence: z.number().describe('How sure it is; the probability of the label is at most the rest.'),
});
export type SuspiciousLabel = z.infer<typeof SuspiciousLabel>;

/** Labels that may be wrong, the most contradicted first. */
export const SuspiciousReport = z.object({
  contradicted: Estimate.describe('Share of the compared labels that the model contradicts; n is how many were.'),
  labels: z.array(SuspiciousLabel),
  note: z.string(),
});
export type SuspiciousReport = z.infer<typeof SuspiciousReport>;

const NOTE =
  'By what the local model in force said of labelled texts that were held out of its training. A contradiction is a reason to look, ' +
  'not a proof: the model may be wrong.';

/** Puts the suspicious labels together. */
export function suspiciousReport(
  labels: readonly SuspiciousLabel[],
  { contradicted, compared }: { contradicted: number; compared: number },
): Report<SuspiciousReport> {
  const document = { contradicted: shareEstimate(contradicted, compared), labels: [...labels], note: NOTE };
  return {
    document,
    tables: {
      labels: {
        columns: [
          ['example', 'number'],
          ['ticket', 'text'],
          ['subject', 'text'],
          ['label', 'text'],
          ['labelled_by', 'text'],
          ['provenance', 'text'],
          ['suggested', 'text'],
          ['confidence', 'number'],
        ],
        rows: labels.map((line) => [
          line.example,
          line.ticket,
          line.subject,
          line.label,
          line.labelled_by,
          line.provenance,
          line.suggested,
          line.confidence,
        ]),
      },
    },
    note: NOTE,
  };
}
