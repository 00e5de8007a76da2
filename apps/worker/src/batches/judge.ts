import { afterNoAnswer, type LineResult } from '@usher/core/batches/result-line';
import { decide, respectPerson } from '@usher/core/decide';
import type { EngineAnswer, EngineCall } from '@usher/core/engine';
import type { Mode, Release } from '@usher/core/release';
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

/**
 * What becomes of a member that Claude answered: decided as on the live path, or sent to the queue where the answer cannot
 * be used or is doubtful, for the repair and the hard model that a single ticket gets there.
 */
export function judgeAnswer(
  facts: MemberFacts,
  { answer, record }: { answer: EngineAnswer | null; record: EngineCall },
  rules: JudgeRules,
): Settlement {
  const isUsable =
    answer?.kind === 'suggested' && findCategory(rules.inForce, answer.suggestion.category) !== undefined;
  if (!isUsable) return { ...namesOf(facts), to: 'queue', tally: 'answered', calls: [record], outcome: null };
  return settleBy(facts, answer, { ...rules, tally: 'answered' });
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

/** What becomes of a member about which nothing was said: the queue asks about it alone. */
export function sendOn(facts: MemberFacts): Settlement {
  return { ...namesOf(facts), to: 'queue', tally: null, calls: [], outcome: null };
}

function namesOf({ ticketId, revision }: MemberFacts) {
  return { ticketId, revision };
}
