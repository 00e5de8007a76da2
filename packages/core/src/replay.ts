import { z } from 'zod';
import { type Decision, decide, respectPerson, triageUnread } from './decide.ts';
import { type EngineAnswer, NothingReason } from './engine.ts';
import type { Mode, Thresholds } from './release.ts';
import { Estimate, estimateCells, shareEstimate } from './reports/estimate.ts';
import { estimateColumns, type Report } from './reports/report.ts';
import type { Suggestion } from './suggestion.ts';
import type { Taxonomy } from './taxonomy.ts';

/** An engine's decision of the past, with all that it was made from but the taxonomy. */
export interface PastDecision {
  ticketId: number;
  /** `source:id`. */
  ticket: string;
  revision: number;
  subject: string;
  body: string;
  decision: Decision;
  mode: Mode;
  releaseId: number;
  taxonomyVersion: number;
  thresholds: Thresholds;
  /** What the engine said; null where it said nothing usable. */
  suggestion: Suggestion | null;
  /** The category that a person had chosen for an earlier text. */
  chosenByPerson: string | null;
  /** What the text really is about, as far as it is known. */
  truth: string | null;
}

/** What a decision is made with. */
export interface Rules {
  taxonomy: Taxonomy;
  thresholds: Thresholds;
  mode: Mode;
}

/** Decides again from what the engine said then, by the rules given: the same code that decides live. */
export function redecide(past: PastDecision, rules: Rules): Decision {
  const { decision, suggestion, chosenByPerson } = past;
  if (decision.reason === 'stopped_workers') return triageUnread('stopped_workers', rules.taxonomy);
  const answer = answerOf(decision, suggestion);
  return respectPerson(decide(answer, rules), chosenByPerson);
}

/** Why there was no suggestion is the decision's reason; who stood in for Claude is told by its note. */
function answerOf(decision: Decision, suggestion: Suggestion | null): EngineAnswer {
  const nothing = NothingReason.safeParse(decision.reason);
  if (nothing.success || suggestion === null) return { kind: 'nothing', reason: nothing.data ?? 'unusable', calls: [] };
  const isMoney = decision.note?.includes('budget') === true;
  const standIn = decision.reason !== 'stand_in' ? null : isMoney ? 'budget_spent' : 'claude_unavailable';
  return { kind: 'suggested', suggestion, standIn, calls: [] };
}

/** The fields in which two decisions differ. */
export function differences(one: Decision, other: Decision): (keyof Decision)[] {
  const fields = ['action', 'reason', 'category', 'subcategory', 'team', 'priority', 'slaHours', 'note'] as const;
  const different = fields.filter((field) => one[field] !== other[field]);
  // Stored in single precision.
  const isSure = Math.abs((one.confidence ?? -1) - (other.confidence ?? -1)) < 1e-6;
  return isSure ? different : [...different, 'confidence'];
}

/** A decision beside the one that other rules or another engine would give. */
export interface ReplayedPair {
  ticket: string;
  subject: string;
  before: Decision;
  after: Decision;
  truth: string | null;
}

const side = z.object({
  automated: Estimate.describe('Share that goes to a team without a person.'),
  accuracy: Estimate.describe('Share of those whose category is known that are predicted right.'),
  wrong_automated: Estimate.describe('Share of the automated whose category is known that is wrong.'),
});

const Shown = z.object({
  action: z.string(),
  category: z.string().nullable(),
  team: z.string(),
  priority: z.string(),
  sla_hours: z.number(),
});

/** What another release would change. */
export const ReplayReport = z.object({
  n: z.number().int(),
  changed: Estimate.describe('Share that gets another action, category or team.'),
  recategorised: Estimate.describe('Share that gets another category.'),
  rerouted: Estimate.describe('Share that goes to another team.'),
  rescheduled: Estimate.describe('Share that gets another priority or SLA.'),
  before: side,
  after: side,
  moves: z
    .array(z.object({ from: z.string().nullable(), to: z.string().nullable(), n: z.number().int() }))
    .describe('Changes of category, most frequent first.'),
  routes: z
    .array(z.object({ from: z.string(), to: z.string(), n: z.number().int() }))
    .describe('Changes of team, most frequent first.'),
  examples: z.array(z.object({ ticket: z.string(), subject: z.string(), before: Shown, after: Shown })),
  note: z.string(),
});
export type ReplayReport = z.infer<typeof ReplayReport>;

const MOST_EXAMPLES = 20;
const MOST_MOVES = 50;

/** Adds up what would change. */
export function replayReport(pairs: readonly ReplayedPair[], note: string): Report<ReplayReport> {
  const share = (holds: (pair: ReplayedPair) => boolean) => shareEstimate(pairs.filter(holds).length, pairs.length);
  const isRerouted = ({ before, after }: ReplayedPair) => before.team !== after.team;
  const isRecategorised = ({ before, after }: ReplayedPair) => before.category !== after.category;
  const isRescheduled = ({ before, after }: ReplayedPair) =>
    before.priority !== after.priority || before.slaHours !== after.slaHours;
  const isChanged = (pair: ReplayedPair) =>
    isRerouted(pair) || isRecategorised(pair) || pair.before.action !== pair.after.action;
  // Those that go elsewhere tell more than those that are only due at another time.
  const examples = [...pairs.filter(isChanged), ...pairs.filter((pair) => !isChanged(pair) && isRescheduled(pair))];
  const document: ReplayReport = {
    n: pairs.length,
    changed: share(isChanged),
    recategorised: share(isRecategorised),
    rerouted: share(isRerouted),
    rescheduled: share(isRescheduled),
    before: sideOf(pairs, 'before'),
    after: sideOf(pairs, 'after'),
    moves: countMoves(pairs.filter(isRecategorised), ({ category }) => category),
    routes: countMoves(pairs.filter(isRerouted), ({ team }) => team),
    examples: examples.slice(0, MOST_EXAMPLES).map(exampleOf),
    note,
  };
  return { document, tables: tablesOf(document), note };
}

function sideOf(pairs: readonly ReplayedPair[], which: 'before' | 'after'): ReplayReport['before'] {
  const known = pairs.filter(({ truth }) => truth !== null);
  const automated = known.filter((pair) => pair[which].action === 'route');
  const count = (of: readonly ReplayedPair[], holds: (pair: ReplayedPair) => boolean) =>
    shareEstimate(of.filter(holds).length, of.length);
  return {
    automated: count(pairs, (pair) => pair[which].action === 'route'),
    accuracy: count(known, (pair) => pair[which].category === pair.truth),
    wrong_automated: count(automated, (pair) => pair[which].category !== pair.truth),
  };
}

function countMoves<T>(pairs: readonly ReplayedPair[], of: (decision: Decision) => T): { from: T; to: T; n: number }[] {
  const groups = Map.groupBy(pairs, ({ before, after }) => `${String(of(before))} ${String(of(after))}`);
  return [...groups.values()]
    .flatMap((own) => own.slice(0, 1).map(({ before, after }) => ({ from: of(before), to: of(after), n: own.length })))
    .sort((a, b) => b.n - a.n)
    .slice(0, MOST_MOVES);
}

function exampleOf({ ticket, subject, before, after }: ReplayedPair): ReplayReport['examples'][number] {
  const shown = ({ action, category, team, priority, slaHours }: Decision) => {
    return { action, category, team, priority, sla_hours: slaHours };
  };
  return { ticket, subject: subject.slice(0, 200), before: shown(before), after: shown(after) };
}

function tablesOf(report: ReplayReport): Report<unknown>['tables'] {
  const sideRows = (['automated', 'accuracy', 'wrong_automated'] as const).map((name) => [
    name,
    ...estimateCells(report.before[name]),
    ...estimateCells(report.after[name]),
    report.after[name].n,
  ]);
  const changes = (['changed', 'recategorised', 'rerouted', 'rescheduled'] as const).map((name) => [
    name,
    ...estimateCells(report[name]),
    report[name].n,
  ]);
  const shown = ({ action, category, team, priority, sla_hours: hours }: z.infer<typeof Shown>) =>
    `${action} ${category ?? 'nothing'} (${team}, ${priority}, ${hours} h)`;
  return {
    changes: { columns: [['figure', 'text'], ...estimateColumns('share', 'share'), ['n', 'count']], rows: changes },
    sides: {
      columns: [
        ['figure', 'text'],
        ...estimateColumns('before', 'share'),
        ...estimateColumns('after', 'share'),
        ['n', 'count'],
      ],
      rows: sideRows,
    },
    moves: moveTable(report.moves),
    routes: moveTable(report.routes),
    examples: {
      columns: [
        ['ticket', 'text'],
        ['before', 'text'],
        ['after', 'text'],
        ['subject', 'text'],
      ],
      rows: report.examples.map(({ ticket, before, after, subject }) => [ticket, shown(before), shown(after), subject]),
    },
  };
}

function moveTable(moves: readonly { from: string | null; to: string | null; n: number }[]) {
  return {
    columns: [
      ['from', 'text'],
      ['to', 'text'],
      ['n', 'count'],
    ],
    rows: moves.map(({ from, to, n }) => [from ?? 'nothing', to ?? 'nothing', n]),
  } satisfies Report<unknown>['tables'][string];
}
