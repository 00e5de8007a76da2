import { QueueUnreachable, QueueUrlUnsupported } from '../failures.ts';
import { openPostgresScripts } from './postgres.ts';
import { openRedisScripts } from './redis.ts';
import type { BudgetOptions, BudgetScripts, BudgetStore, Verb } from './store.ts';
import { correctArgs, readingOf, reserveArgs, settleArgs } from './wire.ts';
import type { Pool } from '@usher/core/budget/rules';

/**
 * Opens the shared budget on the queue's server, `redis://`, `rediss://` or `postgres://`, without waiting for it to be
 * there. Throws QueueUrlUnsupported for any other address.
 */
export function openBudget(queueUrl: string, options: BudgetOptions = {}): BudgetStore {
  const scripts = openScripts(queueUrl, options);
  const run = async (verb: Verb, pool: Pool, args: readonly (string | number)[] = []) => {
    try {
      return await scripts.run(verb, pool, args);
    } catch (cause) {
      throw new QueueUnreachable({ cause });
    }
  };
  const tell = async (verb: Verb, pool: Pool, args?: readonly (string | number)[]) =>
    void (await run(verb, pool, args));

  return {
    async reserve(pool, asking) {
      const [waitMs = 0] = await run('reserve', pool, reserveArgs(asking));
      return { waitMs };
    },
    settle: (pool, key, used) => tell('settle', pool, settleArgs(key, used)),
    giveBack: (pool, key) => tell('give_back', pool, [key]),
    pause: (pool, forMs) => tell('pause', pool, [forMs]),
    shrink: (pool) => tell('shrink', pool),
    correct: (pool, says) => tell('correct', pool, correctArgs(says)),
    read: async (pool) => readingOf(await run('read', pool)),
    [Symbol.asyncDispose]: () => scripts[Symbol.asyncDispose](),
  };
}

function openScripts(queueUrl: string, options: BudgetOptions): BudgetScripts {
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(queueUrl)?.[0].toLowerCase() ?? '';
  switch (scheme) {
    case 'redis:':
    case 'rediss:':
      return openRedisScripts(queueUrl, options);
    case 'postgres:':
    case 'postgresql:':
      return openPostgresScripts(queueUrl, options);
    default:
      throw new QueueUrlUnsupported(scheme);
  }
}
