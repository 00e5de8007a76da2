import type { Judgement } from '@usher/core/evaluation/outcome';
import type { ChildJudgement } from '@usher/core/evaluation/subcategories';
import { type LocalModel, predict, type Prediction } from '@usher/engines/local/model';
import type { KnownTicket } from './learn.ts';

/** What the local model says about a ticket; null where it knows nothing of it. */
export interface Predicted {
  ticket: KnownTicket;
  prediction: Prediction | null;
}

/** What the local model says about each ticket, in their order, and how many it reads a second. */
export function predictAll(
  model: LocalModel,
  tickets: readonly KnownTicket[],
): { predicted: Predicted[]; perSecond: number } {
  const startedAt = performance.now();
  const predicted = tickets.map((ticket) => ({ ticket, prediction: predict(model, ticket.text) }));
  const seconds = Math.max((performance.now() - startedAt) / 1_000, Number.EPSILON);
  return { predicted, perSecond: tickets.length / seconds };
}

/** What the local model says of the subcategories of tickets that have one, beside the truth. */
export function childJudgementsOf(predicted: readonly Predicted[]): ChildJudgement[] {
  return predicted.flatMap(({ ticket, prediction }) => {
    if (ticket.childKey === null) return [];
    const isParentRight = prediction?.ranked[0].category === ticket.key;
    return { isParentRight, given: isParentRight ? prediction.subcategory : null, actual: ticket.childKey };
  });
}

/** What the local model says, beside the truth. */
export function judgementOf({ ticket, prediction }: Predicted): Judgement {
  const first = prediction?.ranked[0];
  return { actual: ticket.key, given: first?.category ?? null, confidence: first?.confidence ?? null };
}
