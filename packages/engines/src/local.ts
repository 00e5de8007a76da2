import type { Engine, EngineAnswer, SuggestRequest } from '@usher/core/engine';
import type { Suggestion } from '@usher/core/suggestion';
import { findCategory } from '@usher/core/taxonomy';
import { explain } from './local/explain.ts';
import { type LocalModel, predict } from './local/model.ts';

export interface LocalEngineOptions {
  /** The model in force, asked anew for every ticket; null while there is none. */
  model: () => LocalModel | null;
  /** Milliseconds since any fixed moment. */
  now?: () => number;
}

const MOST_ALTERNATIVES = 3;
const LONGEST_WORD = 40;

/**
 * The engine that was learnt on this machine: no network, no price, milliseconds. Answers `not_trained` without a model and for a
 * ticket in which the model knows nothing. Its confidence counts as calibrated once the model was judged on 200 texts
 * that people had labelled; before that it comes from the taxonomy's starter examples.
 */
export function createLocalEngine({ model, now = () => performance.now() }: LocalEngineOptions): Engine {
  return {
    name: 'local',
    async suggest(request) {
      const startedAt = now();
      const current = model();
      const suggestion = current === null ? null : suggestWith(current, request);
      if (current === null || suggestion === null) return { kind: 'nothing', reason: 'not_trained', calls: [] };
      return answerOf(current, suggestion, now() - startedAt);
    },
  };
}

/** A label that the request's taxonomy no longer has is never suggested, whatever the model was learnt from. */
function suggestWith(model: LocalModel, { ticket, taxonomy }: SuggestRequest): Suggestion | null {
  const prediction = predict(model, ticket, (category) => findCategory(taxonomy, category) !== undefined);
  if (prediction === null) return null;
  const [{ category, confidence }, ...others] = prediction.ranked;
  const children = findCategory(taxonomy, category)?.subcategories ?? [];
  return {
    category,
    subcategory: children.find(({ key }) => key === prediction.subcategory)?.key ?? null,
    confidence,
    calibrated: model.figures?.isFromOutcomes ?? false,
    alternatives: others.slice(0, MOST_ALTERNATIVES),
    rationale: rationaleOf(explain(model, ticket, category).map(({ word }) => word.slice(0, LONGEST_WORD))),
  };
}

function rationaleOf(words: readonly string[]): string {
  return words.length === 0 ? 'No single word spoke for it.' : `Words that spoke for it: ${words.join(', ')}.`;
}

function answerOf(model: LocalModel, suggestion: Suggestion, durationMs: number): EngineAnswer {
  const call = {
    engine: 'local',
    model: `local-${model.id}`,
    outcome: 'suggested',
    suggestion,
    usage: null,
    costMicroUsd: 0,
    durationMs,
    requestId: null,
  } as const;
  return { kind: 'suggested', suggestion, standIn: null, calls: [call] };
}
