import { z } from 'zod';
import { type EngineAnswer, NothingReason } from './engine.ts';
import { Priority } from './priority.ts';
import { DEFAULT_THRESHOLD, type Mode, thresholdOf, type Thresholds } from './release.ts';
import type { Suggestion } from './suggestion.ts';
import { type Category, fallbackCategory, findCategory, type Taxonomy, TRIAGE_TEAM } from './taxonomy.ts';
import type { TicketState } from './ticket.ts';

/** Route to the category's team, suggest (an agent confirms), or triage (a person decides). */
export const Action = z.enum(['route', 'suggest', 'triage']);
export type Action = z.infer<typeof Action>;

/** Why nothing was predicted about a ticket; `stopped_workers` marks one whose processing kept ending without an end. */
export const UnreadReason = z.enum(['stopped_workers', ...NothingReason.options]);
export type UnreadReason = z.infer<typeof UnreadReason>;

/** Why a decision is what it is. */
export const DecisionReason = z.enum([
  'confident',
  'low_confidence',
  'promise_withdrawn',
  'stand_in',
  'person_before',
  'corrected',
  'accepted',
  'history',
  ...UnreadReason.options,
]);
export type DecisionReason = z.infer<typeof DecisionReason>;

/** What we do about a ticket. Category and confidence are null when nothing was predicted. */
export interface Decision {
  action: Action;
  reason: DecisionReason;
  category: string | null;
  subcategory: string | null;
  team: string;
  priority: Priority;
  slaHours: number;
  confidence: number | null;
  /** Whether outcomes say how often such a confidence is right; null where there is none. */
  isCalibrated: boolean | null;
  note: string | null;
}

export interface DecideRules {
  taxonomy: Taxonomy;
  thresholds: Thresholds;
  mode: Mode;
}

const NOTHING_NOTES: Record<UnreadReason, string> = {
  refused: 'The model declined to read this ticket. Manual review needed.',
  truncated: 'The model did not finish its answer. Manual review needed.',
  unusable: 'The model gave no usable answer. Manual review needed.',
  content_rejected: 'The model service rejected the content of this ticket. Manual review needed.',
  unavailable: 'No engine could be reached in time. Manual review needed.',
  budget_spent: "Today's budget for the model is spent. Manual review needed.",
  not_trained: 'The local model has learnt too little to judge this ticket. Manual review needed.',
  stopped_workers: 'Processing this ticket failed repeatedly without an end. Manual review needed.',
};

/** Turns an engine's answer into the one decision about a ticket. */
export function decide(answer: EngineAnswer, rules: DecideRules): Decision {
  if (answer.kind === 'nothing') return triageUnread(answer.reason, rules.taxonomy);
  const { suggestion, standIn } = answer;
  const category = findCategory(rules.taxonomy, suggestion.category);
  if (category === undefined) return triageUnread('unusable', rules.taxonomy);
  const base = {
    ...assignmentOf(category),
    subcategory: suggestion.subcategory,
    confidence: roundedDown(suggestion.confidence, 4),
    isCalibrated: suggestion.calibrated,
  };
  const threshold = thresholdFor(suggestion, rules.thresholds);
  if (suggestion.confidence < (threshold ?? DEFAULT_THRESHOLD)) {
    // An unsure stand-in is an outage, not a prediction.
    if (standIn !== null) return triageUnread(STAND_IN_REASONS[standIn], rules.taxonomy);
    const note = lowConfidenceNote(suggestion.confidence);
    return { ...base, action: 'triage', reason: 'low_confidence', team: TRIAGE_TEAM, note };
  }
  if (standIn !== null) return { ...base, action: 'suggest', reason: 'stand_in', note: STAND_IN_NOTES[standIn] };
  if (threshold === null) return { ...base, action: 'suggest', reason: 'promise_withdrawn', note: WITHDRAWN_NOTE };
  if (rules.mode === 'suggest') return { ...base, action: 'suggest', reason: 'confident', note: SUGGESTED_NOTE };
  return { ...base, action: 'route', reason: 'confident', note: null };
}

/** A promise rests on calibrated confidences: another one must reach the default too. */
function thresholdFor({ category, calibrated }: Suggestion, thresholds: Thresholds): number | null {
  const threshold = thresholdOf(thresholds, category);
  return calibrated || threshold === null ? threshold : Math.max(threshold, DEFAULT_THRESHOLD);
}

/** An engine never takes a ticket away from where a person put it: what would be routed elsewhere is only suggested. */
export function respectPerson(decision: Decision, chosen: string | null): Decision {
  if (chosen === null || decision.action !== 'route' || decision.category === chosen) return decision;
  return {
    ...decision,
    action: 'suggest',
    reason: 'person_before',
    note: `A person chose ${chosen} for an earlier text. Please confirm.`,
  };
}

const WITHDRAWN_NOTE =
  'More decisions turned out wrong than were promised, so that none is made without a person for now. Please confirm.';
const SUGGESTED_NOTE = 'Suggestion only. Please confirm.';

const STAND_IN_REASONS = { claude_unavailable: 'unavailable', budget_spent: 'budget_spent' } as const;

const STAND_IN_NOTES = {
  claude_unavailable: "Claude could not be reached in time; this is the local model's suggestion. Please confirm.",
  budget_spent: "Today's budget for Claude is spent; this is the local model's suggestion. Please confirm.",
};

/** The decision when nothing was predicted: a person decides, with the fallback category's priority and SLA. */
export function triageUnread(reason: UnreadReason, taxonomy: Taxonomy): Decision {
  const fallback = fallbackCategory(taxonomy);
  return {
    action: 'triage',
    reason,
    category: null,
    subcategory: null,
    team: TRIAGE_TEAM,
    priority: fallback.priority,
    slaHours: fallback.sla_hours,
    confidence: null,
    isCalibrated: null,
    note: NOTHING_NOTES[reason],
  };
}

/** A decision that certainly names a category. */
export type CategorisedDecision = Decision & { category: string };

/** The decision that a person's choice of category gives: routed, whatever an engine thought. */
export function decideByPerson(
  category: Category,
  { subcategory, note, reason }: { subcategory: string | null; note: string | null; reason: 'corrected' | 'accepted' },
): CategorisedDecision {
  return {
    ...assignmentOf(category),
    action: 'route',
    reason,
    subcategory,
    confidence: null,
    isCalibrated: null,
    note,
  };
}

/** The decision that an imported ticket brings: what its helpdesk had in the end. */
export function decideByHistory(category: Category, subcategory: string | null): CategorisedDecision {
  return {
    ...assignmentOf(category),
    action: 'route',
    reason: 'history',
    subcategory,
    confidence: null,
    isCalibrated: null,
    note: null,
  };
}

/** The state in which a decision leaves its ticket. */
export function stateAfter(action: Action, mode: Mode): TicketState {
  if (mode === 'shadow') return 'shadowed';
  return ({ route: 'routed', suggest: 'suggested', triage: 'triaged' } as const)[action];
}

function assignmentOf(category: Category): Pick<CategorisedDecision, 'category' | 'team' | 'priority' | 'slaHours'> {
  return { category: category.key, team: category.team, priority: category.priority, slaHours: category.sla_hours };
}

function lowConfidenceNote(confidence: number): string {
  return `Low confidence (${roundedDown(confidence, 2).toFixed(2)}). Manual review needed.`;
}

/** Down, so that a confidence below the threshold never reads as if it had reached it; 0.62 stays 0.62. */
function roundedDown(confidence: number, decimals: number): number {
  const scale = 10 ** decimals;
  return Math.floor(confidence * scale + 1e-6) / scale;
}
