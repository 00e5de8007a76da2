import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Pool } from '@usher/core/budget/rules';
import { Redis } from 'ioredis';
import { within } from '../within.ts';
import type { BudgetOptions, BudgetScripts } from './store.ts';
import { givenOf } from './wire.ts';

const script = ['allowance.lua', 'verbs.lua']
  .map((file) => readFileSync(new URL(file, import.meta.url), 'utf8'))
  .join('\n');
const digest = createHash('sha1').update(script).digest('hex');

/** The budget in Redis or Valkey: three keys a pool, on one node of a cluster, and one script that Redis runs alone. */
export function openRedisScripts(url: string, { prefix = 'usher', onTrouble, now }: BudgetOptions): BudgetScripts {
  const redis = new Redis(url, {
    // Who asks a budget that is away is told so soon, and his ticket waits without a worker.
    maxRetriesPerRequest: 1,
    connectTimeout: 1_000,
    commandTimeout: 5_000,
    retryStrategy: (attempt) => Math.min(attempt * 50, 500),
    reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 2 : false),
  });
  redis.on('error', (error: Error) => onTrouble?.(error));

  return {
    async run(verb, pool, args) {
      const keys = keysOf(pool, prefix);
      const rest = [...keys, givenOf(pool), now?.() ?? '', verb, ...args];
      const answer = await redis.evalsha(digest, keys.length, ...rest).catch((error: unknown) => {
        if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
        return redis.eval(script, keys.length, ...rest);
      });
      return numbersOf(answer);
    },
    async [Symbol.asyncDispose]() {
      const quit = redis.status === 'ready' ? redis.quit() : Promise.reject(new Error('not connected'));
      await within(quit, 1_000, () => new Error('no answer')).catch(() => redis.disconnect());
    },
  };
}

/** A wait comes as an integer, a reading as numbers in a text, and nothing as null. */
function numbersOf(answer: unknown): number[] {
  if (typeof answer === 'number') return [answer];
  return typeof answer === 'string' ? answer.split(' ').map(Number) : [];
}

function keysOf({ account, model }: Pool, prefix: string): string[] {
  return ['pool', 'places', 'expiries'].map((part) => `${prefix}:{budget:${account}:${model}}:${part}`);
}
