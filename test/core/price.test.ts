import { costMicroUsd, hasPrice, PriceList } from '@usher/core/price';
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
