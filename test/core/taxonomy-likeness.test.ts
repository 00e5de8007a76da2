import { readFileSync } from 'node:fs';
import { differentWords, similarPairs } from '@usher/core/similar-pairs';
import { Taxonomy } from '@usher/core/taxonomy';
import { findLikenesses } from '@usher/core/taxonomy-likeness';
import { array, assert, constantFrom, double, property } from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const shipped = Taxonomy.parse(parse(readFileSync(new URL('../../taxonomy.yaml', import.meta.url), 'utf8')));
const base = { team: 'support', priority: 'low', sla_hours: 1 };
const list = (...categories: readonly object[]) =>
  Taxonomy.parse({ fallback: 'a', categories: categories.map((category) => ({ ...base, ...category })) });

test('the taxonomy that ships has no two places that are nearly alike', () => {
  expect(findLikenesses(shipped)).toEqual([]);
});

test('descriptions that say the same in two categories are found', () => {
  const draft = list(
    { key: 'a', title: 'Refunds', description: 'Customers who want their money back for a wrong charge.' },
    { key: 'b', title: 'Refund', description: 'Customers who want their money back after a wrong charge!' },
    { key: 'c', title: 'Parcels', description: 'Where a parcel is.' },
  );
  expect(findLikenesses(draft)).toMatchObject([
    { what: 'description', places: [{ category: 'a' }, { category: 'b' }], likeness: expect.closeTo(9 / 13) },
  ]);
});

test('an example that stands in two categories is found whatever its case, punctuation and numbers', () => {
  const example = (key: string, body: string) => ({ key, title: key, description: key, examples: [{ body }] });
  const draft = list(
    example('a', 'Order 1182 is late!'),
    example('b', 'order 4711 is late'),
    example('c', 'It crashes'),
  );
  expect(findLikenesses(draft)).toMatchObject([{ what: 'example', likeness: 1 }]);
});

test('subcategories are compared with each other, and not with the category that they are part of', () => {
  const about = { title: 'Wrong charges', description: 'A charge that is wrong or unknown.' };
  const draft = list({ key: 'a', ...about, subcategories: [{ key: 'x', ...about }] });
  expect(findLikenesses(draft)).toEqual([]);
  const twice = list({ key: 'a', ...about, subcategories: ['x', 'y'].map((key) => ({ key, ...about })) });
  expect(findLikenesses(twice)).toMatchObject([{ places: [{ subcategory: 'x' }, { subcategory: 'y' }] }]);
});

test('no pair is missed, and none is named that is not alike', () => {
  const text = array(constantFrom(...'a b c d e f g h i j'.split(' ')), { maxLength: 8 }).map((words) =>
    words.join(' '),
  );
  assert(
    property(array(text, { maxLength: 12 }), double({ min: 0.1, max: 1, noNaN: true }), (texts, least) => {
      const sets = texts.map(differentWords);
      const found = similarPairs(sets, { least, mayPair: () => true });
      const all = sets.flatMap((other, at) =>
        sets.slice(0, at).flatMap((one, before) => {
          const either = new Set([...one, ...other]).size;
          const likeness = either === 0 ? 0 : (one.size + other.size - either) / either;
          return likeness >= least ? [{ one: before, other: at, likeness }] : [];
        }),
      );
      const order = (pairs: typeof found) => pairs.toSorted((a, b) => a.other - b.other || a.one - b.one);
      expect(order(found)).toEqual(order(all));
    }),
  );
});
