import { findLeak } from '@usher/core/evaluation/leak';
import { chooseLabels } from '@usher/core/evaluation/retrieve';
import { indexTexts } from '@usher/core/evaluation/text-index';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const texts = [
  { label: 'billing', words: ['charged', 'twice', 'please', 'refund'] },
  { label: 'billing', words: ['wrong', 'amount', 'charged', 'please'] },
  { label: 'shipping', words: ['parcel', 'lost', 'please', 'help'] },
  { label: 'technical', words: ['app', 'crashes', 'please'] },
];

describe('the index of texts', () => {
  test('finds the best text of each label, the rarer words deciding', () => {
    const found = indexTexts(texts).bestOfLabels(['please', 'refund', 'lost', 'help']);
    expect(found.map(({ label, place }) => [label, place])).toEqual([
      ['shipping', 2],
      ['billing', 0],
      ['technical', 3],
    ]);
  });

  test('finds nothing for words it never saw', () => {
    expect(indexTexts(texts).bestOfLabels(['xyzzy'])).toEqual([]);
    expect(indexTexts([]).bestOfLabels(['please'])).toEqual([]);
  });

  test('one search leaves nothing behind for the next', () => {
    const index = indexTexts(texts);
    const first = index.bestOfLabels(['charged', 'please']);
    index.bestOfLabels(['parcel', 'crashes']);
    expect(index.bestOfLabels(['charged', 'please'])).toEqual(first);
  });

  test('a text overlaps with itself entirely, and with others by the words in common of all that either has', () => {
    const index = indexTexts(texts);
    for (const [place, { words }] of texts.entries()) expect(index.overlap(place, words.toReversed())).toBe(1);
    expect(index.overlap(3, ['app', 'slow'])).toBe(1 / 4);
  });
});

test('at most five labels are retrieved, each once, led by three of the model', () => {
  const labels = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 3 }), { maxLength: 12 });
  fc.assert(
    fc.property(labels, labels, (byModel, bySimilarity) => {
      const chosen = chooseLabels(byModel, bySimilarity);
      expect(chosen.slice(0, Math.min(3, byModel.length))).toEqual(byModel.slice(0, 3));
      expect(chosen).toHaveLength(Math.min(5, new Set([...byModel, ...bySimilarity]).size));
      expect(new Set(chosen).size).toBe(chosen.length);
    }),
  );
});

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
