import postgres from 'postgres';
import { expect, test, vi } from 'vitest';
import { createEmptyDatabase } from '../support/postgres.ts';
import { findFreePort } from '@usher/embedded/port';
import { startRedis } from '../support/redis.ts';
import { clientOf } from './client.ts';
import { runService } from './service-process.ts';

const KEY = 'a-bootstrap-key-for-the-journey-0123456789';
const TICKETS = 10_000;
const A_POST = 250;

/** Everyday words for tickets that all differ. */
const TEXTS = [
  'I was charged twice for this order, please refund one of the charges.',
  'The app crashes with an error as soon as I open it.',
  'Where is my parcel? The tracking has not moved for days.',
  'I forgot my password and cannot log in any more.',
  'I would like to return the shoes, they do not fit.',
];

test('10,000 tickets end with exactly one effective decision each, though the worker is killed five times and Redis is flushed twice', async () => {
  await using database = await createEmptyDatabase();
  await using redis = await startRedis();
  const port = await findFreePort();
  const environment = {
    DATABASE_URL: database.url,
    QUEUE_URL: redis.url,
    USHER_API_KEY: KEY,
    PORT: String(port),
    USHER_ENGINE: 'local',
    USHER_LOG_LEVEL: 'warn',
  };
  await using migrate = runService(['apps/cli/src/main.ts', 'migrate'], { environment });
  expect(await migrate.ended, migrate.output()).toBe(0);
  await using api = runService(['apps/api/src/main.ts'], { environment: { ...environment, USHER_LOG_LEVEL: 'info' } });
  await api.wrote(/"event":"listening"/);
  const client = clientOf(`http://127.0.0.1:${port}`, KEY);
  await using opened = new AsyncDisposableStack();
  const sql = opened.adopt(postgres(database.url, { max: 1 }), (own) => own.end());
  const countDecided = async () => {
    const [row] = await sql<{ decided: number }[]>`select count(*)::int as decided from decisions`;
    return row?.decided ?? 0;
  };

  const startWorker = () => runService(['apps/worker/src/main.ts'], { environment });
  let worker = startWorker();
  opened.defer(() => worker[Symbol.asyncDispose]());

  let accepted = 0;
  const post = async () => {
    for (let from = 0; from < TICKETS; from += A_POST) {
      const tickets = Array.from({ length: A_POST }, (_, at) => ({
        ticket_id: `C-${from + at}`,
        subject: `Order ${from + at}`,
        body: TEXTS[(from + at) % TEXTS.length],
      }));
      const answer = await client.send('/v1/tickets', { body: { tickets } });
      if (answer.status === 202) accepted += A_POST;
    }
  };
  const disturb = async () => {
    for (let kill = 1; kill <= 5; kill += 1) {
      // Each blow falls in the middle of work: when so many more tickets are decided.
      const before = await countDecided();
      await vi.waitUntil(async () => (await countDecided()) >= Math.min(before + 500, TICKETS - 1_000), {
        timeout: 120_000,
        interval: 50,
      });
      worker.kill('SIGKILL');
      await worker.ended;
      if (kill === 2 || kill === 4) await redis.flush();
      worker = startWorker();
    }
  };
  await Promise.all([post(), disturb()]);
  expect(accepted).toBe(TICKETS);

  const remaining = async () => (await sql`select 1 from tickets where state = 'received' limit 1`).length;
  await vi.waitUntil(async () => (await remaining()) === 0, { timeout: 300_000, interval: 200 });
  const [counts] = await sql`
    select (select count(*)::int from tickets where decision_id is not null) as tickets,
           (select count(*)::int from decisions) as decisions,
           (select count(distinct ticket_id)::int from decisions) as decided,
           (select count(*)::int from tickets join decisions on decisions.id = tickets.decision_id
             where tickets.reason = 'stopped_workers') as given_up`;
  expect(counts).toEqual({ tickets: TICKETS, decisions: TICKETS, decided: TICKETS, given_up: 0 });
  worker.kill('SIGTERM');
  expect(await worker.ended).toBe(0);
}, 600_000);
