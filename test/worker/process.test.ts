import { migrate } from '@usher/db/migrate';
import { connectDatabase } from '@usher/db/connect';
import { publishTaxonomy } from '@usher/db/taxonomies';
import { findFreePort } from '@usher/embedded/port';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type ClaudeServer, startClaudeServer } from '../support/claude-server.ts';
import { desk as taxonomy } from '../support/claude-server-desk.ts';
import { createEmptyDatabase } from '../support/postgres.ts';
import { createRedisSpace, type RedisSpace } from '../support/redis.ts';
import { openDesk, type SupportDesk, texts } from './support-desk.ts';
import { startWorkerProcess } from './worker-process.ts';

/** What a worker asks of Claude before the first answer: which models there are, and about its first ticket. */
const MODELS_AND_TICKET = 2;

describe('The process of a worker', () => {
  let redis: RedisSpace;
  let claude: ClaudeServer;
  let desk: SupportDesk;
  beforeEach(async () => {
    [redis, claude, desk] = await Promise.all([createRedisSpace(), startClaudeServer(), openDesk()]);
  });
  afterEach(async () => {
    await Promise.all([redis.drop(), claude[Symbol.asyncDispose](), desk[Symbol.asyncDispose]()]);
  });

  const start = (environment: Record<string, string> = {}) =>
    startWorkerProcess({
      DATABASE_URL: desk.databaseUrl,
      REDIS_URL: redis.url,
      USHER_ENGINE: 'claude',
      ANTHROPIC_API_KEY: 'test-key',
      ANTHROPIC_BASE_URL: claude.url,
      ...environment,
    });

  /** A ticket that the sweep finds at once. */
  async function due(text: { subject: string; body: string }): Promise<number> {
    const ticketId = await desk.receive(text);
    await desk.sql`update tickets set due_at = now() where id = ${ticketId}`;
    return ticketId;
  }

  test('ends with 0 when it is asked to, also in the middle of a call that stalls, and gives the ticket back', async () => {
    const ticketId = await due(texts.refund);
    claude.script('stalled_headers');
    await using worker = start();
    await claude.received(MODELS_AND_TICKET);
    worker.kill('SIGTERM');

    expect(await worker.ended).toBe(0);
    expect(await desk.ticket(ticketId)).toMatchObject({ state: 'received', starts: 0 });
    expect(worker.output()).not.toContain(texts.refund.body);
  }, 60_000);

  test('refuses to start with a model that is gone, and says what to set', async () => {
    await using worker = start({ USHER_HARD_MODEL: 'claude-sonnet-4-20250514' });
    expect(await worker.ended).toBe(1);
    expect(worker.output()).toContain(
      'claude-sonnet-4-20250514 is retired and answers no more. Set USHER_HARD_MODEL to',
    );
  });

  test('may be killed: what it had in hand starts again elsewhere', async () => {
    const ticketId = await due(texts.refund);
    claude.script('stalled_headers');
    await using first = start();
    await claude.received(MODELS_AND_TICKET);
    first.kill('SIGKILL');
    await first.ended;
    expect(await desk.ticket(ticketId)).toMatchObject({ state: 'received', decisionId: null });

    await using second = start();
    await second.wrote('The worker works');
    await vi.waitFor(
      async () => expect(await desk.ticket(ticketId)).toMatchObject({ state: 'routed', starts: 0 }),
      40_000,
    );
  }, 90_000);

  test('waits for migrations and a taxonomy, tells that it lives, and shows its figures', async () => {
    await using empty = await createEmptyDatabase();
    const port = await findFreePort();
    await using worker = start({ DATABASE_URL: empty.url, USHER_METRICS_PORT: String(port) });
    await worker.wrote('"what":"migrations"');
    expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200);

    await migrate(empty.url);
    await worker.wrote('"what":"taxonomy"');
    await using database = connectDatabase(empty.url, { name: 'test' });
    await publishTaxonomy(database.db, taxonomy, { actor: 'test' });
    await worker.wrote('The worker works');
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(metrics).toContain('usher_worker_waiting_for_total{what="taxonomy"} 1');
    worker.kill('SIGINT');
    expect(await worker.ended).toBe(0);
  }, 60_000);

  test('works on Postgres alone', async () => {
    const ticketId = await due(texts.refund);
    await using worker = start({ REDIS_URL: '' });
    await worker.wrote('The worker works');

    await vi.waitFor(async () => expect(await desk.ticket(ticketId)).toMatchObject({ state: 'routed' }), 30_000);
    worker.kill('SIGTERM');
    expect(await worker.ended).toBe(0);
  }, 60_000);

  test('does not start with settings that it cannot use, and names them all', async () => {
    await using worker = start({ USHER_MODE: 'sometimes', USHER_CONCURRENCY: 'many' });

    expect(await worker.ended).toBe(1);
    expect(worker.output()).toMatch(/USHER_MODE[^]*USHER_CONCURRENCY/);
  });
});
