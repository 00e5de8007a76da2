import { chooseLabels } from '@usher/core/retrieval/choose-labels';
import { indexTexts, overlap } from '@usher/core/retrieval/text-index';
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

  test('that grew text by text finds the same as one that was made at once', () => {
    const word = fc.constantFrom('charged', 'twice', 'parcel', 'lost', 'please', 'app');
    const words = fc.array(word, { maxLength: 6 });
    const text = fc.record({ words, label: fc.constantFrom('billing', 'shipping', 'technical') });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 12 }), words, (made, asked) => {
        const grown = indexTexts();
        expect(made.map((one) => grown.add(one))).toEqual([...made.keys()]);
        expect(grown.bestOfLabels(asked)).toEqual(indexTexts(made).bestOfLabels(asked));
      }),
    );
  });

  test('finds no text that was removed, nor one that is left out, but the next best of the label', () => {
    const index = indexTexts(texts);
    const placesFor = (except?: number) => index.bestOfLabels(['charged', 'twice'], except).map(({ place }) => place);
    expect([placesFor(), placesFor(0), placesFor()]).toEqual([[0], [1], [0]]);
    index.remove(0);
    expect([placesFor(), placesFor(1)]).toEqual([[1], []]);
    index.remove(99);
    expect(placesFor()).toEqual([1]);
  });

  test('a text overlaps with itself entirely, and with others by the words in common of all that either has', () => {
    for (const { words } of texts) expect(overlap(words, words.toReversed())).toBe(1);
    expect(overlap(['app', 'crashes', 'please'], ['app', 'slow'])).toBe(1 / 4);
    expect(overlap([], [])).toBe(1);
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
