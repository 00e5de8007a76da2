import { afterNoAnswer, type LineResult } from '@usher/core/batches/result-line';
import { decide, respectPerson } from '@usher/core/decide';
import type { EngineAnswer, EngineCall } from '@usher/core/engine';
import type { Mode, Release } from '@usher/core/release';
import type { Suggestion } from '@usher/core/suggestion';
import { findCategory, type Taxonomy } from '@usher/core/taxonomy';
import type { MemberFacts } from '@usher/db/batches/members';
import type { Settlement, Tally } from '@usher/db/batches/settle-members';

export interface JudgeRules {
  /** What the question was asked under, and so what the answer is decided and stamped with. */
  release: Release;
  /** The taxonomy in force, which may have changed since. */
  inForce: Taxonomy;
  mode: Mode;
  /** Share of automated decisions, 0 to 1, that are drawn for blind review. */
  auditShare: number;
}

/** An answer of Claude's about one member: what it says, and the record of what it cost. */
export interface MemberAnswer {
  suggestion: Suggestion | null;
  calls: EngineCall[];
}

/**
 * What becomes of a member that was answered: decided as on the live path, or sent to the queue where the answer cannot be
 * used, for the repair and the hard model that a single ticket gets there.
 */
export function judgeAnswer(facts: MemberFacts, { suggestion, calls }: MemberAnswer, rules: JudgeRules): Settlement {
  const usable = suggestion !== null && findCategory(rules.inForce, suggestion.category) !== undefined;
  if (!usable) return { ...namesOf(facts), to: 'queue', tally: 'answered', calls, outcome: null };
  return settleBy(facts, { kind: 'suggested', suggestion, standIn: null, calls }, { ...rules, tally: 'answered' });
}

/** What becomes of a member whose decision is made from an engine's answer. */
export function settleBy(
  facts: MemberFacts,
  answer: EngineAnswer,
  { release, mode, auditShare, tally }: Omit<JudgeRules, 'inForce'> & { tally: Tally | null },
): Settlement {
  const { taxonomy, thresholds } = release;
  const decision = respectPerson(decide(answer, { taxonomy, thresholds, mode }), facts.chosenByPerson);
  const { calls } = answer;
  const names = namesOf(facts);
  const outcome = { ...names, releaseId: release.id, mode, engine: release.engine, calls, decision, auditShare };
  return { ...names, to: 'answered', tally, calls, outcome };
}

/** What becomes of a member whose request got no answer. */
export function judgeNoAnswer(facts: MemberFacts, result: Exclude<LineResult, { kind: 'succeeded' }>): Settlement {
  const to = afterNoAnswer(result, facts.tries);
  return { ...namesOf(facts), to, tally: result.kind, calls: [], outcome: null };
}

function namesOf({ ticketId, revision }: MemberFacts) {
  return { ticketId, revision };
}
