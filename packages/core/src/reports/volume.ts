import { z } from 'zod';
import { Lane } from '../ticket.ts';
import { NotCounted, type Report } from './report.ts';

/** By which time volume is told. */
export const VolumeStep = z.enum(['day', 'hour']);
export type VolumeStep = z.infer<typeof VolumeStep>;

const count = z.number().int();

/** What came in and what became of it in one stretch of time. */
export const VolumeLine = z.object({
  start: z.string().describe('When it starts (UTC).'),
  received: count.describe('New tickets.'),
  revised: count.describe('Changed texts of known tickets.'),
  route: count.describe('Engine decisions that went to a team without a person.'),
  suggest: count.describe('Engine decisions that an agent confirms.'),
  triage: count.describe('Engine decisions that left it to a person.'),
  shadow: count.describe('Engine decisions in shadow mode.'),
  corrected: count.describe('Times that somebody said it is another category.'),
  accepted: count.describe('Times that somebody confirmed the category.'),
});
export type VolumeLine = z.infer<typeof VolumeLine>;

const Backlog = z.object({
  lane: Lane,
  waiting: count.describe('Tickets that wait for a decision now.'),
  is_more: z.boolean().describe('True where even more wait: they are not counted on.'),
  oldest_seconds: z.number().nullable().describe('Age of the one that is due for longest.'),
});

/** What came in, what became of it, and what waits. Counts, not samples: there is no interval. */
export const VolumeReport = z.object({
  step: VolumeStep,
  lines: z.array(VolumeLine),
  backlog: z.array(Backlog),
  not_counted: NotCounted,
});
export type VolumeReport = z.infer<typeof VolumeReport>;

/** Puts the volume report together. */
export function volumeReport(document: VolumeReport): Report<VolumeReport> {
  const { start: _, ...counts } = VolumeLine.shape;
  const names = Object.keys(counts);
  return {
    document,
    tables: {
      volume: {
        columns: [['start', 'text'], ...names.map((name) => [name, 'count'] as const)],
        rows: document.lines.map((line) => [line.start, ...Object.values(countsOf(line))]),
      },
      backlog: {
        columns: [
          ['lane', 'text'],
          ['waiting', 'count'],
          ['is_more', 'text'],
          ['oldest_seconds', 'number'],
        ],
        rows: document.backlog.map(({ lane, waiting, is_more, oldest_seconds }) => [
          lane,
          waiting,
          is_more ? 'yes' : 'no',
          oldest_seconds,
        ]),
      },
    },
    note: null,
  };
}

function countsOf({ received, revised, route, suggest, triage, shadow, corrected, accepted }: VolumeLine) {
  return { received, revised, route, suggest, triage, shadow, corrected, accepted };
}
