import { migrate } from '@usher/db/migrate';
import { connectQueue } from '@usher/queue/connect';
import { enqueue } from '@usher/queue/enqueue';
import { classify } from '@usher/worker/handlers/classify';
import { startWorker } from '@usher/worker/worker';
import { expect, test, vi } from 'vitest';
import { startClaudeServer } from '../support/claude-server.ts';
import { startPrivatePostgres } from '../support/postgres.ts';
import { createRedisSpace } from '../support/redis.ts';
import { openDesk, texts, workerDeps } from './support-desk.ts';

test('an answer that was paid for survives a restart of the database', async () => {
  await using postgres = await startPrivatePostgres();
  await migrate(postgres.url);
  await using desk = await openDesk(postgres);
  const wake = Promise.withResolvers<void>();
  await using claude = await startClaudeServer();
  claude.script({ after: wake.promise, behaviour: 'answer' });
  const { deps } = workerDeps(desk, { baseUrl: claude.url });
  const ticketId = await desk.receive(texts.refund);
  const running = classify(
    { ticketId, revision: 1, lane: 'live' },
    { ...deps, enqueue: async () => {}, signal: new AbortController().signal },
  );
  await claude.received(1);
  await postgres.crash();
  wake.resolve();
  await postgres.start();
  await running;

  expect(await desk.ticket(ticketId)).toMatchObject({ state: 'routed', starts: 0 });
  expect(claude.requests).toHaveLength(1);
});

test('a queue that forgets everything costs time and nothing else', async () => {
  await using desk = await openDesk();
  await using redis = await createRedisSpace();
  await using claude = await startClaudeServer();
  await using producer = connectQueue(redis.url, { role: 'producer' });
  await using consumer = connectQueue(redis.url, { role: 'consumer' });
  const tickets = await Promise.all(Array.from({ length: 30 }, () => desk.receive(texts.refund)));
  await enqueue(
    producer,
    tickets.map((ticketId) => ({ name: 'classify', payload: { ticketId, revision: 1, lane: 'live' } }) as const),
  );
  await redis.flush();
  await desk.sql`update tickets set due_at = now()`;
  const { deps } = workerDeps(desk, { baseUrl: claude.url });
  const worker = startWorker({ deps, consumer, producer, concurrency: 4, window: 1_000 });

  await vi.waitFor(async () => {
    const [left] = await desk.sql`select count(*)::int as left from tickets where state <> 'routed'`;
    expect(left).toEqual({ left: 0 });
  }, 20_000);
  await worker.close();
  const [made] = await desk.sql`select count(*)::int as decisions from decisions`;
  expect(made).toEqual({ decisions: 30 });
});
