import type { Engine, EngineAnswer, EngineCall, NothingReason, SuggestRequest } from '@usher/core/engine';
import { isFailure } from '@usher/core/failure';
import type { Suggestion } from '@usher/core/suggestion';
import { isSuggestFailure } from './claude/failures.ts';

export interface CascadeOptions {
  local: Engine;
  claude: Engine;
  /** The calibrated confidence from which on the local model needs no second opinion about a category. */
  bar: (category: string) => number;
}

/**
 * The engine that asks Claude only where the local model isn't sure enough; a confidence that isn't calibrated yet is not. Where
 * Claude can't answer and the ticket may not wait, or its budget is spent, the local model's suggestion stands in. What
 * Claude did with the content stays, and so does its failure as long as the ticket may wait. `calls` has both engines'.
 */
export function createCascadeEngine({ local, claude, bar }: CascadeOptions): Engine {
  return {
    name: 'cascade',
    async suggest(request) {
      const first = await local.suggest(request);
      if (first.kind === 'suggested' && isSure(first.suggestion, bar)) return first;
      const second = await askClaude(claude, withOwnDoubts(request, first));
      const calls = [...first.calls, ...second.calls];
      const standIn = standInFor(second);
      if (first.kind === 'nothing' || standIn === null) return { ...second, calls };
      return { ...first, standIn, calls };
    },
  };
}

function isSure({ category, confidence, calibrated }: Suggestion, bar: CascadeOptions['bar']): boolean {
  return calibrated && confidence >= bar(category);
}

/** The local model's word against Claude's: from here on it holds its category for more likely than all others together. */
const OWN_WORD = 0.5;

/** Where doubts have a second opinion, so has a disagreement with what the local model is calibrated to believe. */
function withOwnDoubts(request: SuggestRequest, first: EngineAnswer): SuggestRequest {
  const { isDoubtful } = request;
  if (isDoubtful === undefined || first.kind === 'nothing') return request;
  const { category, confidence, calibrated } = first.suggestion;
  if (!calibrated || confidence < OWN_WORD) return request;
  return { ...request, isDoubtful: (claudes) => claudes.category !== category || isDoubtful(claudes) };
}

/** What Claude's failure comes to where the ticket may not wait; an aborted call is nobody's answer. */
async function askClaude(claude: Engine, request: SuggestRequest): Promise<EngineAnswer> {
  try {
    return await claude.suggest(request);
  } catch (thrown) {
    if (request.mayWait || request.signal.aborted || !isFailure(thrown)) throw thrown;
    const calls: EngineCall[] = isSuggestFailure(thrown) ? thrown.calls : [];
    return { kind: 'nothing', reason: thrown.code === 'budget_spent' ? 'budget_spent' : 'unavailable', calls };
  }
}

const STAND_INS: Partial<Record<NothingReason, 'claude_unavailable' | 'budget_spent'>> = {
  unavailable: 'claude_unavailable',
  budget_spent: 'budget_spent',
};

function standInFor(answer: EngineAnswer): 'claude_unavailable' | 'budget_spent' | null {
  return answer.kind === 'nothing' ? (STAND_INS[answer.reason] ?? null) : null;
}
