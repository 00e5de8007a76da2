import { Taxonomy } from '@usher/core/taxonomy';
import { compareTaxonomies } from '@usher/core/taxonomy-changes';
import { expect, test } from 'vitest';
import { TAXONOMY } from '../db/decision.ts';

type Change = Partial<ReturnType<typeof compareTaxonomies>[number]>;

const [billing, general] = TAXONOMY.categories;
const changesTo = (...categories: readonly unknown[]) =>
  compareTaxonomies(TAXONOMY, Taxonomy.parse({ fallback: 'general', categories }));

test('a list does not differ from itself', () => {
  expect(compareTaxonomies(TAXONOMY, TAXONOMY)).toEqual([]);
});

test.each<[string, object, Change]>([
  ['a title', { title: 'Money' }, { what: 'title', before: 'Billing', after: 'Money' }],
  ['a description', { description: 'x' }, { what: 'description', before: 'Charges and invoices.', after: 'x' }],
  ['a team', { team: 'payments' }, { what: 'team', before: 'finance', after: 'payments' }],
  ['a priority', { priority: 'high' }, { what: 'priority', before: 'medium', after: 'high' }],
  ['hours', { sla_hours: 1.5 }, { what: 'sla_hours', before: '24', after: '1.5' }],
  ['a keyword', { keywords: ['invoice'] }, { what: 'keyword', before: null, after: 'invoice' }],
  [
    'an example',
    { examples: [{ subject: 'Hi', body: 'Charged twice', subcategory: 'charge_dispute' }] },
    { what: 'example', before: null, after: 'Hi · Charged twice [charge_dispute]' },
  ],
  ['a subcategory', { subcategories: [] }, { what: 'subcategory', before: 'Charge dispute', after: null }],
])('%s that changed is the only difference', (_, changed, change) => {
  expect(changesTo({ ...billing, ...changed }, general)).toMatchObject([{ category: 'billing', ...change }]);
});

test('a category that came and one that went are one difference each', () => {
  expect(changesTo(general, { ...billing, key: 'money' })).toEqual([
    { category: 'money', subcategory: null, what: 'category', before: null, after: 'Billing (finance, medium, 24 h)' },
    { category: 'billing', subcategory: null, what: 'category', before: 'Billing', after: null },
  ]);
});

test('another order is a difference of those that both have', () => {
  expect(changesTo(general, billing)).toEqual([
    { category: null, subcategory: null, what: 'order', before: 'billing, general', after: 'general, billing' },
  ]);
});

test('an example that stands there once more counts', () => {
  const examples = [{ body: 'Why?' }];
  const before = Taxonomy.parse({ ...TAXONOMY, categories: [{ ...general, examples }] });
  const after = Taxonomy.parse({ ...TAXONOMY, categories: [{ ...general, examples: [...examples, ...examples] }] });
  expect(compareTaxonomies(before, after)).toMatchObject([{ what: 'example', before: null, after: 'Why?' }]);
  expect(compareTaxonomies(after, before)).toMatchObject([{ what: 'example', before: 'Why?', after: null }]);
});
