import type { BudgetLimits } from '@usher/core/budget/rules';
import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import { keepBulkFull, keepPeersFull } from './backlog.ts';
import { openFleet, startClaude } from './fleet.ts';
import type { Load, MemberSettings } from './messages.ts';
import { type Use, useBetween, watch } from './use.ts';

/** Anthropic's second tier in requests, its first in tokens; buckets two seconds deep are hard to get right. */
export const limits: BudgetLimits = { requests: 6_000, inputTokens: 2_000_000, outputTokens: 400_000 };
const BUCKET_SECONDS = 2;
const MEMBERS = 4;
const CONCURRENCY = 48;
const WATCHED_SECONDS = 30;
/** Until those have called who had their place before the tickets changed, and what they used is known. */
const SETTLED_SECONDS = 25;

/** Short tickets: requests bind. */
const short: Load = { characters: 250, estimateFactor: 1 };
/** Long ones: input tokens bind, so that it matters how good estimates are. */
const long: Load = { characters: 1_700, estimateFactor: 1 };

export interface SharedFigures {
  /** All four at work, the pace full. */
  grown: Use;
  /** From the first call on, while the fleet grew. */
  growing: Use;
  /** From 60 s after the store was flushed. */
  flushed: Use;
  tooHigh: Use;
  tooLow: Use;
}

interface Given {
  redisUrl: string;
  progress: (text: string) => void;
}

/** What four workers with the shared budget get out of the limits: as the fleet grows, with bad estimates, after a flush. */
export async function measureShared({ redisUrl, progress }: Given): Promise<SharedFigures> {
  await using claude = await startClaude({ limits, bucketSeconds: BUCKET_SECONDS });
  await using fleet = openFleet(settingsFor('usher', { redisUrl, claudeUrl: claude.url }));
  await using backlog = new AsyncDisposableStack();
  backlog.use(keepBulkFull(redisUrl));
  const start = await claude.totals();
  for (let size = 1; size <= MEMBERS; size += 1) {
    await fleet.grow();
    progress(`budget: ${size} workers`);
    await sleep(size < MEMBERS ? 8_000 : 25_000);
  }
  progress('budget: the pace is full; watching');
  const grown = await watch(claude, limits, WATCHED_SECONDS);
  const growing = useBetween(start, await claude.totals(), limits);
  progress('budget: input tokens bind; estimates 30 % too high');
  const tooHigh = await withLoad({ ...long, estimateFactor: 1.3 });
  progress('budget: estimates 30 % too low');
  const tooLow = await withLoad({ ...long, estimateFactor: 0.7 });
  fleet.turnTo(short);
  progress('budget: the store is flushed; 60 s to recover');
  await flush(redisUrl);
  await sleep(60_000);
  const flushed = await watch(claude, limits, WATCHED_SECONDS);
  return { grown, growing, tooHigh, tooLow, flushed };

  async function withLoad(load: Load): Promise<Use> {
    fleet.turnTo(load);
    await sleep(SETTLED_SECONDS * 1_000);
    return watch(claude, limits, WATCHED_SECONDS);
  }
}

/** What four workers get out of the limits who know nothing of each other, or share BullMQ's limiter. */
export async function measurePeer(way: 'sdk' | 'bullmq', { redisUrl, progress }: Given): Promise<Use> {
  progress(way === 'sdk' ? 'the client with its own retries alone' : "BullMQ's limiter, a second's worth each second");
  await flush(redisUrl);
  await using claude = await startClaude({ limits, bucketSeconds: BUCKET_SECONDS });
  await using fleet = openFleet(settingsFor(way, { redisUrl, claudeUrl: claude.url }));
  await using backlog = new AsyncDisposableStack();
  backlog.use(keepPeersFull(redisUrl));
  for (let size = 1; size <= MEMBERS; size += 1) await fleet.grow();
  await sleep(10_000);
  // Awaited here: everything is ended when this returns.
  return await watch(claude, limits, WATCHED_SECONDS);
}

function settingsFor(way: MemberSettings['way'], where: { redisUrl: string; claudeUrl: string }): MemberSettings {
  return { ...where, way, concurrency: CONCURRENCY, requestsAMinute: limits.requests, load: short };
}

async function flush(redisUrl: string): Promise<void> {
  const redis = new Redis(redisUrl);
  await redis.flushall();
  await redis.quit();
}
