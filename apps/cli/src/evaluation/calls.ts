import type { KnownAnswer } from '@usher/core/evaluation/claude-calibration';
import type { Alternative } from '@usher/core/suggestion';
import { findCategory } from '@usher/core/taxonomy';
import { signalsOf } from '@usher/engines/calibrated-claude';
import { BAR } from '@usher/engines/registry';
import type { Labels } from './labels.ts';
import type { Learnt } from './learn.ts';
import type { RecordedAnswer } from './lines.ts';

/**
 * Recorded answers to training tickets about which a cascade would ask Claude, with what the local model thought of each while the ticket
 * was held out of its learning.
 */
export function heldOutCalls(learnt: Learnt, answers: ReadonlyMap<string, RecordedAnswer>): KnownAnswer[] {
  const { tickets, labels, model, rankHeldOut } = learnt;
  const isCalibrated = model.figures?.isFromOutcomes ?? false;
  const isSure = ([first]: readonly Alternative[]) => isCalibrated && (first?.confidence ?? 0) >= BAR;
  return tickets.flatMap(({ id, key }, at) => {
    const said = usable(answers.get(id), labels);
    const ranked = said && rankHeldOut(at);
    if (said === null || ranked === null || isSure(ranked)) return [];
    return { signals: signalsOf(said, ranked), isRight: said.category === key };
  });
}

/** What was said, by the key of its label; null where nothing was, or nothing of the taxonomy. */
function usable(answer: RecordedAnswer | undefined, { taxonomy, keyOf }: Labels) {
  if (answer === undefined || answer.category === null) return null;
  const category = findCategory(taxonomy, keyOf(answer.category));
  return category === undefined ? null : { category: category.key, confidence: answer.confidence ?? 0 };
}
