import { countGrams, learnVocabulary, vectorise } from '@usher/engines/local/features';
import { visitGrams } from '@usher/engines/local/grams';
import { GramTable } from '@usher/engines/local/gram-table';
import { readWords, textKey } from '@usher/engines/local/words';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const read = (body: string, subject = '') => readWords({ subject, body });
const withCharacters = { readsCharacters: true };
const count = (body: string, subject = '') => countGrams(read(body, subject), withCharacters);

describe('words', () => {
  test('are letters and digits in lower case and compatibility form', () => {
    expect(read('Ｈｅｌｌｏ, ﬁne WORLD! №42').body).toEqual(['hello', 'fine', 'world', 'no42']);
  });

  test('keep the marks of scripts that need them', () => {
    expect(read('ที่อยู่ हिन्दी').body).toEqual(['ที่อยู่', 'हिन्दी']);
  });

  test('are none in emoji and punctuation', () => {
    expect(read('👍🏽 ❤️ ?!… #️⃣', '--')).toEqual({ subject: [], body: [] });
  });

  test('are read up to a bound, however long the text', () => {
    expect(read('a '.repeat(1_000_000)).body).toHaveLength(5_000);
  });

  test('make one key for texts that differ in case, punctuation and numbers only', () => {
    expect(textKey(read('Order 12345 is LATE!'))).toBe(textKey(read('order #98760, is late')));
    expect(textKey(read('order late'))).not.toBe(textKey(read('late', 'order')));
  });
});

describe('grams', () => {
  const gramsOf = (body: string, group: 'words' | 'characters') => {
    const hashes: number[] = [];
    visitGrams(read(body), group, (hash) => hashes.push(hash));
    return hashes;
  };

  test('of words are single ones and neighbours in their order', () => {
    expect(gramsOf('money back', 'words')).toHaveLength(3);
    expect(new Set([...gramsOf('money back', 'words'), ...gramsOf('back money', 'words')]).size).toBe(4);
  });

  test('of characters stay inside a word and know where it starts and ends', () => {
    expect(gramsOf('ab', 'characters')).toHaveLength(6);
    expect(gramsOf('ab cd', 'characters')).toEqual([...gramsOf('ab', 'characters'), ...gramsOf('cd', 'characters')]);
    expect(gramsOf('abc', 'characters')).not.toContain(gramsOf('ab', 'characters').at(-1));
  });

  test('see the shape of a number and not its digits', () => {
    expect(gramsOf('12345', 'words')).toEqual(gramsOf('98760', 'words'));
    expect(gramsOf('12345', 'words')).not.toEqual(gramsOf('123', 'words'));
  });

  test('never meet between groups', () => {
    const all = fc.array(fc.stringMatching(/^[a-z]{2,8}$/), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(all, (words) => {
        const pieces = new Set(gramsOf(words.join(' '), 'characters'));
        expect(gramsOf(words.join(' '), 'words').filter((hash) => pieces.has(hash))).toEqual([]);
      }),
    );
  });
});

describe('the table of grams', () => {
  test('numbers hashes in the order in which they come, as a map would', () => {
    const hashes = fc.array(fc.oneof(fc.integer({ min: 0, max: 20 }), fc.nat(0xffff_ffff)), { maxLength: 200 });
    fc.assert(
      fc.property(hashes, fc.nat(0xffff_ffff), (added, other) => {
        const table = new GramTable(1);
        const numbers = added.map((hash) => table.add(hash));
        const expected = [...new Set(added)];
        expect(numbers).toEqual(added.map((hash) => expected.indexOf(hash)));
        expect([...table.hashes]).toEqual(expected);
        expect(table.size).toBe(expected.length);
        expect(table.find(other)).toBe(expected.indexOf(other));
      }),
    );
  });
});

describe('features', () => {
  const corpus = ['where is my parcel', 'where is my money', 'my parcel is late', 'money back please'];
  const vocabulary = learnVocabulary(
    corpus.map((text) => count(text)),
    withCharacters,
  );

  test('are grams of at least two texts', () => {
    expect(vectorise(countGrams(read('late please'), { readsCharacters: false }), vocabulary).features).toHaveLength(0);
    expect(vectorise(countGrams(read('parcel'), { readsCharacters: false }), vocabulary).features).toHaveLength(1);
  });

  test('give no text more than length one a group, and less the more of it is unknown', () => {
    const lengthOf = (text: string) => Math.hypot(...vectorise(count(text), vocabulary).values);
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        expect(lengthOf(text)).toBeLessThan(Math.sqrt(3));
      }),
    );
    expect(lengthOf('where is my parcel')).toBeGreaterThan(lengthOf('where is my xylophone quartet'));
    expect(lengthOf('qqqq zzzz jjjj')).toBe(0);
  });

  test('weigh a rare gram more than a common one, and a repeated one more than a single one', () => {
    const [once, twice] = ['money parcel', 'money money parcel'].map((text) => {
      const row = vectorise(countGrams(read(text), { readsCharacters: false }), vocabulary);
      return new Map([...row.features].map((feature, at) => [feature, row.values[at] ?? 0]));
    });
    const [money] = vectorise(countGrams(read('money'), { readsCharacters: false }), vocabulary).features;
    expect(twice?.get(money ?? -1)).toBeGreaterThan(once?.get(money ?? -1) ?? 1);
    const idfOf = (text: string) => {
      const [feature] = vectorise(countGrams(read(text), { readsCharacters: false }), vocabulary).features;
      return vocabulary.idf[feature ?? -1];
    };
    expect(idfOf('money')).toBeGreaterThan(idfOf('my') ?? Infinity);
  });

  test('are found in scripts without spaces by their pieces', () => {
    const chinese = learnVocabulary(
      [count('我想退款谢谢'), count('请问怎么退款'), count('退款多久到账')],
      withCharacters,
    );
    expect(vectorise(count('什么时候可以退款呢'), chinese).features.length).toBeGreaterThan(0);
    expect(vectorise(count('你们几点开门'), chinese).features).toHaveLength(0);
  });

  test('are none where there is nothing to read', () => {
    expect(vectorise(count('🎉🎉🎉'), vocabulary).features).toHaveLength(0);
  });
});
