import { z } from 'zod';
import { Estimate, estimateCells, shareEstimate } from './estimate.ts';
import { ModelFigures } from './model-figures.ts';
import { Day, estimateColumns, NotCounted, type Report } from './report.ts';

/** Predictions of one day. */
export interface DayCount {
  day: string;
  total: number;
  /** Of them, those that nobody corrected. */
  correct: number;
  /** Of them, those that went to a team without a person. */
  automated: number;
  audited: number;
  auditedCorrect: number;
}

/** A version of the local model as it is stored. */
export interface VersionFacts {
  id: number;
  learntAt: Date;
  taxonomyVersion: number;
  examples: number;
  state: 'accepted' | 'refused' | 'rolled_back';
  figures: unknown;
}

const Version = z.object({
  id: z.number().int(),
  learnt_at: z.iso.datetime(),
  taxonomy_version: z.number().int(),
  labels: z.number().int().describe('Labelled texts that it learnt from, beside the taxonomy.'),
  state: z.enum(['accepted', 'refused', 'rolled_back']),
  in_force: z.boolean(),
  accuracy: Estimate.describe('On labelled texts held out of its training.'),
  is_from_outcomes: z.boolean().describe('False where the texts are starter examples of the taxonomy.'),
  with_labels: Estimate.describe('On part of those texts that carry a label: this version.'),
  without_labels: Estimate.describe('On the same texts: a model learnt from the taxonomy alone.'),
  nearest_neighbour: Estimate.describe('On the same texts: the category of the most similar other labelled text.'),
});

/** Whether it gets better: day by day, and version by version of the local model. */
export const LearningReport = z.object({
  days: z.array(
    z.object({
      day: Day,
      accuracy: Estimate.describe('Share of the predictions that nobody corrected; silence counts as right.'),
      audited: Estimate.describe('Share of the blindly reviewed automated decisions that are right.'),
      automated: Estimate.describe('Share of the predictions that went to a team without a person.'),
    }),
  ),
  versions: z.array(Version),
  not_counted: NotCounted,
  note: z.string(),
});
export type LearningReport = z.infer<typeof LearningReport>;

const NOTE =
  'A day is that of the decision. The newest days look better than they are, because corrections take their time. What labels are ' +
  'worth is with_labels beside without_labels: both on the same texts, which neither model had seen.';

/** Adds up the learning report. */
export function learningReport(
  counts: readonly DayCount[],
  { versions, inForce, notCounted }: { versions: readonly VersionFacts[]; inForce: number | null; notCounted: number },
): Report<LearningReport> {
  const days = counts.map(({ day, total, correct, automated, audited, auditedCorrect }) => ({
    day,
    accuracy: shareEstimate(correct, total),
    audited: shareEstimate(auditedCorrect, audited),
    automated: shareEstimate(automated, total),
  }));
  const shown = versions.map((version) => ({ ...versionOf(version), in_force: version.id === inForce }));
  const document = { days, versions: shown, not_counted: notCounted, note: NOTE };
  return { document, tables: tablesOf(document), note: NOTE };
}

function versionOf({ id, learntAt, taxonomyVersion, examples, state, figures }: VersionFacts) {
  const { n = 0, accuracy = 0, isFromOutcomes = false, baselines } = ModelFigures.safeParse(figures).data ?? {};
  const compared = baselines ?? { n: 0, model: 0, withoutLabels: 0, nearestNeighbour: 0 };
  return {
    id,
    learnt_at: learntAt.toISOString(),
    taxonomy_version: taxonomyVersion,
    labels: examples,
    state,
    accuracy: shareEstimate(Math.round(accuracy * n), n),
    is_from_outcomes: isFromOutcomes,
    with_labels: shareEstimate(compared.model, compared.n),
    without_labels: shareEstimate(compared.withoutLabels, compared.n),
    nearest_neighbour: shareEstimate(compared.nearestNeighbour, compared.n),
  };
}

function tablesOf({ days, versions }: LearningReport): Report<unknown>['tables'] {
  const estimates = (names: readonly string[]) => names.flatMap((name) => estimateColumns(name, 'share'));
  return {
    days: {
      columns: [['day', 'text'], ['n', 'count'], ...estimates(['accuracy', 'audited', 'automated'])],
      rows: days.map(({ day, accuracy, audited, automated }) => [
        day,
        accuracy.n,
        ...[accuracy, audited, automated].flatMap(estimateCells),
      ]),
    },
    versions: {
      columns: [
        ['version', 'number'],
        ['learnt_at', 'text'],
        ['state', 'text'],
        ['labels', 'count'],
        ['n', 'count'],
        ...estimates(['accuracy']),
        ['compared', 'count'],
        ...estimates(['with_labels', 'without_labels', 'nearest_neighbour']),
      ],
      rows: versions.map(({ id, learnt_at, state, in_force, labels, accuracy, ...version }) => [
        id,
        learnt_at,
        in_force ? 'in force' : state,
        labels,
        accuracy.n,
        ...estimateCells(accuracy),
        version.with_labels.n,
        ...[version.with_labels, version.without_labels, version.nearest_neighbour].flatMap(estimateCells),
      ]),
    },
  };
}
