import { TicketDraft } from '@usher/core/ticket';
import { listChunks } from '@usher/db/batches/chunks';
import { receiveTickets } from '@usher/db/receive-tickets';
import { expect, test, vi } from 'vitest';
import { startClaudeServer } from '../support/claude-server.ts';
import { createRedisSpace } from '../support/redis.ts';
import { openDesk } from '../worker/support-desk.ts';
import { startWorkerProcess } from '../worker/worker-process.ts';

const TICKETS = 300;

test('a batch survives that every worker is killed at each of its steps: one decision a ticket, and nothing sent twice', async () => {
  await using desk = await openDesk();
  await using redis = await createRedisSpace();
  await using claude = await startClaudeServer();
  const arrivals = Array.from({ length: TICKETS }, (_, at) => ({
    sourceId: desk.source.id,
    lane: 'bulk' as const,
    isForBatch: true,
    draft: TicketDraft.parse({
      ticket_id: `J-${at}`,
      subject: 'Refund',
      body: `Please refund charge ${at}, an invoice.`,
    }),
  }));
  await receiveTickets(desk.db, arrivals);
  await desk.sql`update tickets set revised_at = now() - interval '1 hour'`;
  const start = () =>
    startWorkerProcess({
      DATABASE_URL: desk.databaseUrl,
      REDIS_URL: redis.url,
      USHER_ENGINE: 'claude',
      ANTHROPIC_API_KEY: 'test-key',
      ANTHROPIC_BASE_URL: claude.url,
      USHER_LOG_LEVEL: 'warn',
    });
  const look = async () => (await listChunks(desk.db, { limit: 10 }))[0];
  /** Lets a worker run until something is so, and kills it there. */
  const killWhen = async (isSo: () => Promise<boolean>) => {
    await using worker = start();
    await vi.waitUntil(isSo, { timeout: 60_000, interval: 20 });
    worker.kill('SIGKILL');
    await worker.ended;
  };
  const asked = (path: string) => claude.requests.filter((one) => one.method === 'POST' && one.path === path).length;
  /** What is due later is due now. */
  const hurry = () => desk.sql`update batch_chunks set due_at = now()`;

  claude.script('stalled_headers');
  await killWhen(async () => asked('/v1/messages') === 1);
  expect(await look()).toMatchObject({ state: 'written', requests: 0 });

  await hurry();
  claude.batches.scriptCreate({ after: new Promise(() => {}) });
  await killWhen(async () => claude.batches.created.length === 1);
  expect(await look()).toMatchObject({ state: 'sending', batchId: null, requests: TICKETS - 1 });

  await hurry();
  claude.batches.end();
  claude.batches.scriptResults('overloaded', 'stalled');
  await killWhen(async () => (await look())?.batchId != null || (await look())?.failures === 1);

  await hurry();
  await killWhen(async () => {
    await hurry();
    return ((await look())?.answered ?? 0) >= 100;
  });
  expect((await look())?.answered).toBeLessThan(TICKETS - 1);

  await hurry();
  await killWhen(async () => {
    const chunk = await look();
    if (chunk?.state !== 'done') await desk.sql`update batch_chunks set due_at = now() where state = 'ingesting'`;
    return chunk?.state === 'done';
  });
  const [counts] = await desk.sql`
    select count(*)::int as decisions, count(distinct ticket_id)::int as tickets from decisions`;
  expect(counts).toEqual({ decisions: TICKETS, tickets: TICKETS });
  expect(asked('/v1/messages/batches')).toBe(1);
  expect(await look()).toMatchObject({ state: 'done', answered: TICKETS - 1 });
}, 240_000);
