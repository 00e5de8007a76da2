import { bound } from '@usher/core/clean/bound';
import { assert, integer, property, string } from 'fast-check';
import { expect, test } from 'vitest';

test('a text within the limit stays as it is', () => {
  expect(bound('My parcel is late.', 18)).toBe('My parcel is late.');
});

test('a longer text keeps its head and its tail and says how much is missing between them', () => {
  const text = `It began in March. ${'and so on '.repeat(1_000)}Can you refund me?`;
  const cut = bound(text, 300);
  expect(cut.length).toBeGreaterThan(290);
  expect(cut.length).toBeLessThanOrEqual(300);
  expect(cut.startsWith('It began in March.')).toBe(true);
  expect(cut.endsWith('Can you refund me?')).toBe(true);
  const [head = '', tail = ''] = cut.split(/\n\[… \d+ characters left out …\]\n/);
  expect(cut).toContain(`[… ${text.length - head.length - tail.length} characters left out …]`);
});

test('a limit without room for the mark keeps the head only', () => {
  expect(bound('where is my parcel', 5)).toBe('where');
  expect(bound('where is my parcel', 0)).toBe('');
});

test('an emoji at the cut goes as a whole', () => {
  expect(bound('😀😀😀', 3)).toBe('😀');
  for (let limit = 0; limit < 90; limit += 1) expect(bound('😀'.repeat(60), limit).isWellFormed()).toBe(true);
});

test('whatever the text, the result is well-formed, within the limit, and bounding it again changes nothing', () => {
  const limits = integer({ min: 0, max: 400 });
  assert(
    property(string({ unit: 'grapheme', minLength: 0, maxLength: 600 }), limits, (text, limit) => {
      const cut = bound(text, limit);
      expect(cut.length).toBeLessThanOrEqual(Math.min(limit, text.length));
      expect(cut.isWellFormed()).toBe(true);
      expect(bound(cut, limit)).toBe(cut);
    }),
  );
});
