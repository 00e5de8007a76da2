import { correct, CorrectionDraft } from '@usher/core/correct';
import { Taxonomy } from '@usher/core/taxonomy';
import { expect, test } from 'vitest';

const taxonomy = Taxonomy.parse({
  fallback: 'general',
  categories: [
    {
      key: 'billing',
      title: 'Billing',
      description: 'Money.',
      team: 'finance',
      priority: 'medium',
      sla_hours: 24,
      subcategories: [{ key: 'invoice_question', title: 'Invoice', description: 'An invoice.' }],
    },
    { key: 'general', title: 'General', description: 'The rest.', team: 'support', priority: 'low', sla_hours: 48 },
  ],
});

const draft = (given: object) => CorrectionDraft.parse(given);

test('a correction routes to the team of the chosen category, in any letter case', () => {
  const read = correct(
    draft({ category: 'Billing', subcategory: 'INVOICE_QUESTION', note: 'An invoice' }),
    taxonomy,
    'general',
  );
  expect(read).toMatchObject({
    kind: 'decision',
    decision: {
      action: 'route',
      reason: 'corrected',
      category: 'billing',
      subcategory: 'invoice_question',
      team: 'finance',
      confidence: null,
      isCalibrated: null,
      note: 'An invoice',
    },
  });
});

test('choosing the category that the ticket has accepts it', () => {
  expect(correct(draft({ category: 'billing' }), taxonomy, 'billing')).toMatchObject({
    decision: { reason: 'accepted' },
  });
});

test('an unknown category is answered with the known ones', () => {
  expect(correct(draft({ category: 'bills' }), taxonomy, null)).toEqual({
    kind: 'unknown',
    field: 'category',
    given: 'bills',
    allowed: ['billing', 'general'],
  });
});

test("a subcategory must be one of its category's own", () => {
  const read = correct(draft({ category: 'general', subcategory: 'invoice_question' }), taxonomy, null);
  expect(read).toEqual({ kind: 'unknown', field: 'subcategory', given: 'invoice_question', allowed: [] });
});

test('an empty subcategory means none, and a note keeps what Postgres can store', () => {
  expect(draft({ category: 'billing', subcategory: ' ', note: 'a\u0000b\ud800' })).toEqual({
    category: 'billing',
    subcategory: null,
    note: 'ab�',
  });
});
