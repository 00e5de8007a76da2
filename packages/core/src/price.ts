import { z } from 'zod';
import type { TokenUsage } from './engine.ts';

const dollars = z.number().nonnegative();
const tokenPrices = { input: dollars, write5m: dollars, write1h: dollars, read: dollars, output: dollars };

/** Dollars per million tokens: uncached input, cache writes kept 5 minutes or 1 hour, cache reads, and output. */
export const TokenPrices = z.strictObject(tokenPrices);
export type TokenPrices = z.infer<typeof TokenPrices>;

export const ModelPrice = z.strictObject({
  ...tokenPrices,
  /** Other prices for all tokens of a call whose whole prompt, cached or not, is longer than this many tokens. */
  above: z.strictObject({ prompt_tokens: z.number().int().positive(), ...tokenPrices }).optional(),
});
export type ModelPrice = z.infer<typeof ModelPrice>;

/** What the models cost from a date on. Prices move, so they are configuration. */
export const PriceList = z.strictObject({
  date: z.iso.date(),
  models: z
    .record(z.string(), ModelPrice)
    .refine((models) => Object.keys(models).length > 0, 'a price list needs at least one model'),
});
export type PriceList = z.infer<typeof PriceList>;

/** Price lists, the newest first, each in force from its date (midnight UTC) until the next one's: a price that will change can be written down before. */
export const PriceBook = z
  .array(PriceList)
  .min(1, 'a price book needs at least one list')
  .refine((lists) => new Set(lists.map(({ date }) => date)).size === lists.length, 'two lists have the same date')
  .transform((lists) => lists.toSorted((one, other) => (one.date < other.date ? 1 : -1)));
export type PriceBook = z.infer<typeof PriceBook>;

/** The list in force at a moment, in milliseconds since 1970; before the first date the first list, the best there is. */
export function pricesAt(book: PriceBook, now: number): PriceList {
  const list = book.find(({ date }) => Date.parse(date) <= now) ?? book.at(-1);
  if (list === undefined) throw new RangeError('a price book without a list');
  return list;
}

/** Past this many days prices are worth another look: models have changed theirs within less. */
const FRESH_DAYS = 180;

/** What an operator should know about the prices: whether the list in force is old, and which of the models it lacks. */
export interface PriceNotice {
  date: string;
  isOld: boolean;
  unlisted: string[];
}

/** Looks at the prices in force for these models. A model without a price is counted as the dearest one. */
export function priceNotice(book: PriceBook, models: readonly string[], now: number): PriceNotice {
  const list = pricesAt(book, now);
  const unlisted = [...new Set(models)].filter((model) => !hasPrice(model, list));
  return { date: list.date, isOld: now - Date.parse(list.date) > FRESH_DAYS * 86_400_000, unlisted };
}

/** A batch costs half, by what the provider says was served and not by which path the request took. */
const BATCH_FACTOR = 0.5;

/**
 * What one call cost, in whole millionths of a dollar (a price in dollars per million tokens is one in millionths per
 * token): (batch ? 0.5 : 1) × (input·in + written 5m·w5m + written 1h·w1h + read·read + output·out), after Anthropic's
 * pricing page. A model that the list lacks costs what the dearest listed one would, so that a budget never
 * understates; `hasPrice` tells.
 */
export function costMicroUsd(usage: TokenUsage, model: string, prices: PriceList): number {
  const known = findPrice(model, prices);
  const candidates = known === undefined ? Object.values(prices.models) : [known];
  return Math.max(...candidates.map((price) => Math.round(costAt(price, usage))));
}

/** Tells whether the list names this model, so that its costs are its own and not the dearest model's. */
export function hasPrice(model: string, prices: PriceList): boolean {
  return findPrice(model, prices) !== undefined;
}

function findPrice(model: string, { models }: PriceList): ModelPrice | undefined {
  const name = [model, withoutDate(model)].find((candidate) => Object.hasOwn(models, candidate));
  return name === undefined ? undefined : models[name];
}

/** The name of a model without the date of its snapshot: an answer to claude-x may come from claude-x-20251001. */
export function withoutDate(model: string): string {
  return model.replace(/-\d{8}$/, '');
}

function costAt(price: ModelPrice, usage: TokenUsage): number {
  const promptTokens = usage.inputTokens + usage.cacheReadTokens + usage.cacheWrite5mTokens + usage.cacheWrite1hTokens;
  const { input, write5m, write1h, read, output }: TokenPrices =
    price.above !== undefined && promptTokens > price.above.prompt_tokens ? price.above : price;
  const full =
    usage.inputTokens * input +
    usage.cacheWrite5mTokens * write5m +
    usage.cacheWrite1hTokens * write1h +
    usage.cacheReadTokens * read +
    usage.outputTokens * output;
  return usage.serviceTier === 'batch' ? full * BATCH_FACTOR : full;
}
