import type { Engine, EngineAnswer, EngineCall } from '@usher/core/engine';
import { type ClaudeCalibration, trustIn } from '@usher/core/evaluation/claude-calibration';
import type { Alternative, Signals, Suggestion } from '@usher/core/suggestion';
import type { TicketText } from '@usher/core/ticket';
import { type LocalModel, predict } from './local/model.ts';

export interface CalibratedClaude {
  claude: Engine;
  /** The local model in force, null while there is none: then Claude's answers stay as they are. */
  model: LocalModel | null;
  /** Null while too few outcomes are known: then confidence is what Claude says itself. */
  calibration: ClaudeCalibration | null;
}

/**
 * Claude beside the local model: each of its suggestions says what the local model thought of it, from which its confidence is
 * read once it is known from outcomes how often that comes out right.
 */
export function calibrateClaude({ claude, model, calibration }: CalibratedClaude): Engine {
  if (model === null) return claude;
  return {
    name: claude.name,
    async suggest(request) {
      const { ticket, isDoubtful } = request;
      const trusted = (suggestion: Suggestion) => beside(suggestion, ticket, { model, calibration });
      const answer = await claude.suggest({
        ...request,
        isDoubtful: isDoubtful && ((suggestion) => isDoubtful(trusted(suggestion))),
      });
      // An answer that was taken over was judged under the same release, when it was given.
      const isJudged = answer.kind === 'nothing' || answer.suggestion.signals !== undefined;
      return isJudged ? answer : withSuggestion(answer, trusted(answer.suggestion));
    },
  };
}

type Suggested = Extract<EngineAnswer, { kind: 'suggested' }>;

function withSuggestion(answer: Suggested, suggestion: Suggestion): Suggested {
  const isItsCall = ({ suggestion: said }: EngineCall) => said === answer.suggestion;
  return {
    ...answer,
    suggestion,
    calls: answer.calls.map((call) => (isItsCall(call) ? { ...call, suggestion } : call)),
  };
}

/** A suggestion with what the local model thinks of it and, where that is known from outcomes, how far it can be trusted. */
function beside(
  suggestion: Suggestion,
  ticket: TicketText,
  { model, calibration }: { model: LocalModel; calibration: ClaudeCalibration | null },
): Suggestion {
  const signals = signalsOf(suggestion, predict(model, ticket)?.ranked ?? []);
  const trust = calibration === null ? {} : { confidence: trustIn(calibration, signals), calibrated: true };
  return { ...suggestion, ...trust, signals };
}

/** What the local model's ranking, likeliest first, says of a suggestion; of a ticket in which it knows nothing it is empty. */
export function signalsOf(
  { category, confidence: stated }: Pick<Suggestion, 'category' | 'confidence'>,
  ranked: readonly Alternative[],
): Signals {
  const [first, second] = ranked;
  return {
    local: ranked.find((one) => one.category === category)?.confidence ?? 0,
    agrees: first?.category === category,
    margin: Math.max(0, (first?.confidence ?? 0) - (second?.confidence ?? 0)),
    stated,
  };
}
