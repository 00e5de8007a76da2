import type { Outcome } from '@usher/core/evaluation/outcome';
import * as fc from 'fast-check';

const confidence = fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: null });

/** Any outcomes, some of them without a confidence and many with the same. */
export const anyOutcomes: fc.Arbitrary<Outcome[]> = fc.array(
  fc.record({
    confidence: fc.oneof(confidence, fc.constantFrom(0.5, 0.9)),
    isRight: fc.boolean(),
  }),
  { minLength: 1, maxLength: 200 },
);

/** So many outcomes at one confidence, the first of them right. */
export function outcomesAt(confidence: number, { right, wrong }: { right: number; wrong: number }): Outcome[] {
  return Array.from({ length: right + wrong }, (_, at) => ({ confidence, isRight: at < right }));
}
