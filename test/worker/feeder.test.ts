import { connectQueue, type QueueConnection } from '@usher/queue/connect';
import { consume } from '@usher/queue/consume';
import { queueDepth } from '@usher/queue/depth';
import type { SweepEvent } from '@usher/queue/sweep';
import { startFeeder } from '@usher/worker/feeder';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createRedisSpace, type RedisSpace } from '../support/redis.ts';
import { openDesk, type SupportDesk } from './support-desk.ts';

const WINDOW = 100;
/** Within this much a flushed queue is to be full again. */
const healed = { timeout: 20_000, interval: 50 };

describe('The feeder', () => {
  let desk: SupportDesk;
  let redis: RedisSpace;
  let queue: QueueConnection;
  beforeEach(async () => {
    [desk, redis] = await Promise.all([openDesk(), createRedisSpace()]);
    queue = connectQueue(redis.url, { role: 'producer' });
  });
  afterEach(async () => {
    await queue[Symbol.asyncDispose]();
    await Promise.all([desk[Symbol.asyncDispose](), redis.drop()]);
  });

  async function wait(count: number, lane: 'live' | 'bulk'): Promise<void> {
    await desk.sql`
      insert into tickets (source_id, external_id, subject, body, text_hash, metadata, lane, due_at)
      select ${desk.source.id}, gen_random_uuid()::text, 's', 'b', 'h', '{}', ${lane}, now()
      from generate_series(1, ${count})`;
  }

  function feed(): { stop(): Promise<void>; rounds: SweepEvent[] } {
    const rounds: SweepEvent[] = [];
    const feeder = startFeeder({ db: desk.db, queue, window: WINDOW, onEvent: (event) => void rounds.push(event) });
    return { stop: () => feeder.stop(), rounds };
  }

  const waitingIn = async (name: 'classify-live' | 'classify-bulk') => (await queueDepth(queue, name)).waiting;

  test('puts a window of each lane into the queue and leaves the rest in Postgres', async () => {
    await wait(3 * WINDOW, 'bulk');
    await wait(7, 'live');
    const feeder = feed();
    await vi.waitFor(() => expect(feeder.rounds.length).toBeGreaterThanOrEqual(3), healed);
    await feeder.stop();
    expect([await waitingIn('classify-live'), await waitingIn('classify-bulk')]).toEqual([7, WINDOW]);
  });

  test('fills the window again as it empties, until every waiting ticket had its turn', async () => {
    await wait(3 * WINDOW, 'bulk');
    const feeder = feed();
    const seen = new Set<number>();
    const consumer = connectQueue(redis.url, { role: 'consumer' });
    const working = consume(consumer, {
      queue: 'classify-bulk',
      concurrency: 4,
      handlers: {
        async classify({ ticketId }) {
          seen.add(ticketId);
          await desk.sql`update tickets set state = 'triaged' where id = ${ticketId}`;
        },
        deliver: async () => {},
        fetch: async () => {},
        pull: async () => {},
        learn: async () => {},
        batch: async () => {},
      },
      deps: () => ({}),
      onEvent: () => {},
    });
    await vi.waitFor(() => expect(seen.size).toBe(3 * WINDOW), healed);
    await Promise.all([feeder.stop(), working.close(0)]);
    await consumer[Symbol.asyncDispose]();
  });

  test('fills a queue that was flushed within 20 s, whether more waits than the window holds or not', async () => {
    await wait(3 * WINDOW, 'bulk');
    await wait(7, 'live');
    const feeder = feed();
    const isFull = async () =>
      expect([await waitingIn('classify-live'), await waitingIn('classify-bulk')]).toEqual([7, WINDOW]);
    await vi.waitFor(isFull, healed);
    await redis.flush();
    await vi.waitFor(isFull, healed);
    await desk.sql`delete from tickets where lane = 'bulk'`;
    await redis.flush();
    await vi.waitFor(async () => expect(await waitingIn('classify-live')).toBe(7), healed);
    await feeder.stop();
  });

  test('works in one process of the fleet at a time', async () => {
    await wait(7, 'live');
    const first = feed();
    await vi.waitFor(() => expect(first.rounds).toHaveLength(1), healed);
    const second = feed();
    await vi.waitFor(() => expect(second.rounds).toHaveLength(1), healed);
    await Promise.all([first.stop(), second.stop()]);
    expect([first.rounds[0], second.rounds[0]]).toEqual([
      { kind: 'swept', jobs: 7 },
      { kind: 'swept', jobs: 0 },
    ]);
  });
});
