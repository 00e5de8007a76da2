import { type Book, openBook } from '@usher/core/budget/book';
import type { Pool } from '@usher/core/budget/rules';
import type { BudgetStore } from '@usher/queue/budget/store';

/** A budget that only those share who are given it: the reference itself, for where a test needs no server. */
export function openMemoryBudget({ now = Date.now }: { now?: () => number } = {}): BudgetStore {
  const books = new Map<string, Book>();
  const bookOf = (pool: Pool) => {
    const name = `${pool.account} ${pool.model}`;
    const book = books.get(name) ?? openBook(pool);
    books.set(name, book);
    return book;
  };
  return {
    reserve: async (pool, asking) => bookOf(pool).reserve(asking, now()),
    settle: async (pool, key, used) => bookOf(pool).settle(key, used, now()),
    giveBack: async (pool, key) => bookOf(pool).giveBack(key, now()),
    pause: async (pool, forMs) => bookOf(pool).pause(forMs, now()),
    shrink: async (pool) => bookOf(pool).shrink(now()),
    correct: async (pool, says) => bookOf(pool).correct(says, now()),
    read: async (pool) => bookOf(pool).read(now()),
    async [Symbol.asyncDispose]() {},
  };
}
