import { costMicroUsd, hasPrice, PriceBook, PriceList, priceNotice, pricesAt } from '@usher/core/price';
import { expect, test } from 'vitest';

const prices = PriceList.parse({
  date: '2026-10-08',
  models: {
    small: {
      input: 0.1,
      write5m: 0.125,
      write1h: 0.2,
      read: 0.01,
      output: 0.5,
      above: { prompt_tokens: 100_000, input: 0.5, write5m: 0.625, write1h: 1, read: 0.05, output: 2.5 },
    },
    large: { input: 2, write5m: 2.5, write1h: 4, read: 0.1, output: 10 },
  },
});

const nothing = {
  inputTokens: 0,
  cacheReadTokens: 0,
  cacheWrite5mTokens: 0,
  cacheWrite1hTokens: 0,
  outputTokens: 0,
  serviceTier: 'standard',
};

test.each([
  ['input', { inputTokens: 1_000 }, 100],
  ['cache reads', { cacheReadTokens: 1_000 }, 10],
  ['5 minute cache writes', { cacheWrite5mTokens: 1_000 }, 125],
  ['1 hour cache writes', { cacheWrite1hTokens: 1_000 }, 200],
  ['output', { outputTokens: 1_000 }, 500],
  ['no tokens', {}, 0],
])('%s cost what the list says', (_name, tokens, microUsd) => {
  expect(costMicroUsd({ ...nothing, ...tokens }, 'small', prices)).toBe(microUsd);
});

test('the parts of a call add up to whole millionths of a dollar', () => {
  const usage = { ...nothing, inputTokens: 96, cacheReadTokens: 2_140, outputTokens: 34 };
  // 96 × 0.1 + 2140 × 0.01 + 34 × 0.5 = 9.6 + 21.4 + 17
  expect(costMicroUsd(usage, 'small', prices)).toBe(48);
});

test('a batch costs half, by the tier that was served', () => {
  const usage = { ...nothing, inputTokens: 1_000, outputTokens: 1_000 };
  expect(costMicroUsd({ ...usage, serviceTier: 'batch' }, 'small', prices)).toBe(300);
  expect(costMicroUsd({ ...usage, serviceTier: null }, 'small', prices)).toBe(600);
});

test('a prompt of up to the limit costs the lower price, and one token more the higher one for all of it', () => {
  const usage = { ...nothing, inputTokens: 40_000, cacheReadTokens: 60_000, outputTokens: 10 };
  expect(costMicroUsd(usage, 'small', prices)).toBe(4_000 + 600 + 5);
  expect(costMicroUsd({ ...usage, cacheReadTokens: 60_001 }, 'small', prices)).toBe(20_000 + 3_000 + 25);
});

test('a dated snapshot costs what the model does that it belongs to', () => {
  expect(costMicroUsd({ ...nothing, inputTokens: 1_000 }, 'small-20261001', prices)).toBe(100);
  expect(hasPrice('small-20261001', prices)).toBe(true);
});

test.each(['unheard-of', 'constructor', '__proto__', ''])(
  'the unknown model %j costs what the dearest would',
  (model) => {
    expect(hasPrice(model, prices)).toBe(false);
    expect(costMicroUsd({ ...nothing, inputTokens: 1_000, outputTokens: 1_000 }, model, prices)).toBe(12_000);
  },
);

test('a list without a model, without a date or with a misspelt price is refused', () => {
  expect(PriceList.safeParse({ date: '2026-10-08', models: {} }).success).toBe(false);
  expect(PriceList.safeParse({ models: prices.models }).success).toBe(false);
  const misspelt = { ...prices.models['large'], inptu: 1 };
  expect(PriceList.safeParse({ date: '2026-10-08', models: { misspelt } }).success).toBe(false);
});

const day = 86_400_000;
const book = PriceBook.parse([
  { date: '2026-10-08', models: prices.models },
  { date: '2027-01-01', models: { small: { ...prices.models['small'], input: 0.2 } } },
]);

test.each([
  ['before the first list, by the first', '2026-01-01T00:00:00Z', '2026-10-08'],
  ['on the eve of a change, by the list before it', '2026-12-31T23:59:59.999Z', '2026-10-08'],
  ['from midnight UTC of a date on, by its list', '2027-01-01T00:00:00Z', '2027-01-01'],
])('a call is priced %s', (_name, at, date) => {
  expect(pricesAt(book, Date.parse(at)).date).toBe(date);
});

test('a book without a list, and one with two lists of the same date, are refused', () => {
  expect(PriceBook.safeParse([]).success).toBe(false);
  expect(PriceBook.safeParse([prices, prices]).success).toBe(false);
});

test('prices of half a year ago are called old, and models without a price are named', () => {
  const newest = Date.parse('2027-01-01');
  expect(priceNotice(book, ['small', 'large', 'large'], newest + 180 * day)).toEqual({
    date: '2027-01-01',
    isOld: false,
    unlisted: ['large'],
  });
  expect(priceNotice(book, ['small-20261001'], newest + 181 * day)).toMatchObject({ isOld: true, unlisted: [] });
});
