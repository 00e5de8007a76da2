import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { costMicroUsd, pricesAt } from '@usher/core/price';
import { PricesUnreadable, readPrices } from '@usher/engines/claude/prices';
import { afterAll, beforeAll, expect, test } from 'vitest';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'usher-prices-'));
});
afterAll(() => rm(folder, { recursive: true }));

const shipped = pricesAt(readPrices(), Date.parse('2026-11-01'));

const usage = {
  inputTokens: 10_000,
  cacheReadTokens: 10_000,
  cacheWrite5mTokens: 10_000,
  cacheWrite1hTokens: 10_000,
  outputTokens: 1_000_000,
  serviceTier: 'standard',
};

test.each([
  ['claude-haiku-5-5', 504_350],
  ['claude-sonnet-5-5', 10_086_000],
  ['claude-opus-5-5', 20_172_000],
])('the shipped list prices %s', (model, microUsd) => {
  expect(costMicroUsd(usage, model, shipped)).toBe(microUsd);
});

test('the shipped list knows the higher price of long prompts for haiku', () => {
  expect(costMicroUsd({ ...usage, inputTokens: 100_000 }, 'claude-haiku-5-5', shipped)).toBe(2_566_750);
});

test.each([
  ['is missing', undefined],
  ['is not YAML', '{'],
  ['has no list', '[]'],
  ['is no price list', '- models: {}'],
  ['has a price that is no number', '- date: 2026-10-08\n  models: { a: { input: cheap } }'],
])('a list that %s stops the start and says where', async (_name, text) => {
  const file = join(folder, 'prices.yaml');
  await rm(file, { force: true });
  if (text !== undefined) await writeFile(file, text);
  expect(() => readPrices(file)).toThrow(PricesUnreadable);
  expect(() => readPrices(file)).toThrow(file);
});
