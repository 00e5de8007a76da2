import { findLeak } from '@usher/core/evaluation/leak';
import { describe, expect, test } from 'vitest';

describe('a leak', () => {
  const neighbours = (n: number, fact: { same?: number; right?: number; engine?: number }) =>
    Array.from({ length: n }, (_, at) => ({
      isNearlySame: at < (fact.same ?? 0),
      isRight: at < (fact.right ?? 0),
      isEngineRight: at < (fact.engine ?? 0),
    }));

  test('is suspected where many texts of the test were nearly learnt', () => {
    const leak = findLeak(neighbours(50, { same: 10, right: 10, engine: 40 }));
    expect(leak).toMatchObject({ suspected: true, share: 0.2, n: 50, reason: expect.stringContaining('20.0 %') });
  });

  test('is suspected where looking up the most similar text does better than the engine', () => {
    const leak = findLeak(neighbours(50, { right: 48, engine: 45 }));
    expect(leak).toMatchObject({ suspected: true, share: 0, reason: expect.stringContaining('only on 50 texts') });
  });

  test('is not suspected where the engine does as well and few texts repeat', () => {
    expect(findLeak(neighbours(50, { same: 4, right: 45, engine: 45 }))).toMatchObject({
      suspected: false,
      share: 0.08,
    });
    expect(findLeak([])).toMatchObject({ suspected: false, n: 0, shareInterval: null });
  });
});
