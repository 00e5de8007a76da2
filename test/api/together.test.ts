import { together } from '@usher/api/together';
import { DatabaseUnavailable } from '@usher/db/failures';
import { expect, test } from 'vitest';

const limits = { atATime: 1, most: 3, withinMs: 10_000 };

test('what comes at the same moment is stored together, and each gets its own receipt', async () => {
  const stored: number[][] = [];
  const receive = together<number, string>({
    ...limits,
    store: async (items) => {
      stored.push([...items]);
      return items.map((item) => `receipt ${item}`);
    },
  });
  expect(await Promise.all([1, 2, 3, 4].map(receive))).toEqual(['receipt 1', 'receipt 2', 'receipt 3', 'receipt 4']);
  expect(stored).toEqual([[1, 2, 3], [4]]);
});

test('what cannot be stored fails alone', async () => {
  const receive = together<number, number>({
    ...limits,
    store: async (items) => {
      if (items.includes(2)) throw new Error('not this one');
      return items;
    },
  });
  const outcomes = await Promise.allSettled([1, 2, 3].map(receive));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('while Postgres is away nothing is tried one by one', async () => {
  let tries = 0;
  const receive = together<number, number>({
    ...limits,
    store: async () => {
      tries += 1;
      throw new DatabaseUnavailable(new Error('away'));
    },
  });
  const outcomes = await Promise.allSettled([1, 2, 3].map(receive));
  expect([outcomes.map(({ status }) => status), tries]).toEqual([['rejected', 'rejected', 'rejected'], 1]);
});

test('what is not stored in time is given up, and is not stored later if it had not begun', async () => {
  const begun: number[] = [];
  const held = Promise.withResolvers<void>();
  const receive = together<number, number>({
    atATime: 1,
    most: 1,
    withinMs: 20,
    store: async (items) => {
      begun.push(...items);
      await held.promise;
      return items;
    },
  });
  const outcomes = await Promise.allSettled([1, 2].map(receive));
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  held.resolve();
  await expect(receive(3)).resolves.toBe(3);
  expect(begun).toEqual([1, 3]);
});

test('a crowd is stored whole although the next commit waits for more to come', async () => {
  const receive = together<number, number>({ atATime: 2, most: 200, withinMs: 10_000, store: async (items) => items });
  const crowd = Array.from({ length: 50 }, (_, at) => at);
  for (let round = 0; round < 3; round += 1) expect(await Promise.all(crowd.map(receive))).toEqual(crowd);
});
