import { outputSchema, readReply } from '@usher/core/reply';
import { Suggestion } from '@usher/core/suggestion';
import { findCategory } from '@usher/core/taxonomy';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { desk } from '../support/claude-server-desk.ts';

const good = {
  rationale: 'Asks for money back.',
  category: 'billing',
  subcategory: 'billing/refund_request',
  confidence: 0.9,
};
const read = (reply: object) => readReply(JSON.stringify(reply), desk);

test('a reply in the agreed shape becomes a suggestion that is not yet calibrated', () => {
  expect(read(good)).toEqual({
    kind: 'suggested',
    suggestion: {
      category: 'billing',
      subcategory: 'refund_request',
      confidence: 0.9,
      calibrated: false,
      alternatives: [],
      rationale: 'Asks for money back.',
    },
  });
});

test('letter case and stray blanks around labels do not matter', () => {
  expect(read({ ...good, category: ' Billing ', subcategory: 'BILLING/Refund_Request' })).toEqual(read(good));
});

test.each([
  [1.7, 1],
  [-0.2, 0],
  [85, 1],
])('a confidence of %d is clamped to %d', (confidence, clamped) => {
  expect(read({ ...good, confidence })).toMatchObject({ suggestion: { confidence: clamped } });
});

test.each(['none', 'None', 'technical/crash'])('the subcategory %s below billing means none', (subcategory) => {
  expect(read({ ...good, subcategory })).toMatchObject({ suggestion: { category: 'billing', subcategory: null } });
});

test.each([
  ['an unknown category', { ...good, category: 'legal' }],
  ['an empty category', { ...good, category: '' }],
  ['an unknown subcategory', { ...good, subcategory: 'billing/legal' }],
  ['a subcategory without its category', { ...good, subcategory: 'refund_request' }],
])('%s is refused', (_name, reply) => {
  expect(read(reply)).toMatchObject({ kind: 'unusable', why: 'unknown_label' });
});

test.each(['', 'billing', '{"category":"billing"', '```json\n{}\n```'])('%j is not JSON', (text) => {
  expect(readReply(text, desk)).toMatchObject({ kind: 'unusable', why: 'not_json' });
});

test.each([
  ['null', null],
  ['a list', [good]],
  ['a missing field', { category: 'billing', subcategory: 'none', confidence: 1 }],
  ['a confidence in words', { ...good, confidence: 'high' }],
  ['a category that is null', { ...good, category: null }],
])('%s has the wrong shape', (_name, reply) => {
  expect(readReply(JSON.stringify(reply), desk)).toMatchObject({ kind: 'unusable', why: 'wrong_shape' });
});

test('a number too large for JSON is the wrong shape', () => {
  expect(readReply(JSON.stringify(good).replace('0.9', '1e999'), desk)).toMatchObject({ why: 'wrong_shape' });
});

test('what was wrong is said without repeating the reply', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^zz[a-z]{3,30}$/), (word) => {
      for (const reply of [
        { ...good, category: word },
        { ...good, subcategory: word },
        { ...good, confidence: word },
      ]) {
        const reading = read(reply);
        if (reading.kind === 'suggested') throw new Error('must not be usable');
        expect(reading.detail).not.toContain(word);
      }
    }),
  );
});

test('a rationale is shortened and made fit for storage', () => {
  const reading = read({ ...good, rationale: ` \u0000${'x'.repeat(498)}😀` });
  if (reading.kind === 'unusable') throw new Error(reading.detail);
  expect(reading.suggestion.rationale).toBe('x'.repeat(498));
});

const label = fc.oneof(
  fc.constantFrom('billing', 'TECHNICAL', 'general', 'none', 'billing/refund_request', 'technical/crash', '__proto__'),
  fc.string(),
);
const nearReply = fc.record(
  { rationale: fc.string(), category: label, subcategory: label, confidence: fc.oneof(fc.double(), fc.string()) },
  { requiredKeys: [] },
);
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.json(),
  nearReply.map((reply) => JSON.stringify(reply)),
);

test('no text whatever makes reading throw or suggest anything outside the taxonomy', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const reading = readReply(text, desk);
      if (reading.kind === 'unusable') return;
      const { category, subcategory } = Suggestion.parse(reading.suggestion);
      const found = findCategory(desk, category);
      expect(found?.key).toBe(category);
      if (subcategory !== null) expect(found?.subcategories.map(({ key }) => key)).toContain(subcategory);
    }),
    { numRuns: 2_000 },
  );
});

test('the output schema names the fields in the order in which they are to be written', () => {
  expect(Object.keys(outputSchema(desk).shape)).toEqual(['rationale', 'category', 'subcategory', 'confidence']);
});

test('the output schema allows exactly the labels of the taxonomy', () => {
  const { category, subcategory } = outputSchema(desk).shape;
  expect(category.options).toEqual(['billing', 'technical', 'general']);
  expect(subcategory.options).toEqual([
    'billing/refund_request',
    'billing/invoice_question',
    'technical/crash',
    'none',
  ]);
});
