import { SECRET_KEY } from '../support/vault.ts';
import { createRedisSpace } from '../support/redis.ts';
import { expect, test, vi } from 'vitest';
import { openSource } from './source-with-helpdesk.ts';
import { openDesk } from './support-desk.ts';
import { startWorkerProcess } from './worker-process.ts';

test('a worker that is killed in the middle of a write-back leaves no second note, and nothing half done', async () => {
  await using own = await openDesk();
  await using source = await openSource(own, 'freshdesk');
  const received = await source.receive({ tags: ['vip'] });
  const deliveryId = await source.decide(received);
  const start = (redisUrl: string) =>
    startWorkerProcess({
      DATABASE_URL: own.databaseUrl,
      REDIS_URL: redisUrl,
      USHER_ENGINE: 'local',
      USHER_SECRET_KEY: SECRET_KEY,
      USHER_OUTBOUND: 'any',
    });
  const due = () => own.sql`update deliveries set due_at = now() where id = ${deliveryId}`;

  await due();
  const first = await createRedisSpace();
  // Looked, written and then the note: taken, but the worker never hears of it.
  source.server.script(null, null, 'slow_body');
  await using killed = start(first.url);
  await source.server.answered(3);
  killed.kill('SIGKILL');
  await killed.ended;
  await first.drop();
  expect(received.desk.notes).toHaveLength(1);
  expect((await own.history(received.ticketId)).deliveries).toMatchObject([{ state: 'pending', note: 'sending' }]);

  await own.sql`update write_backs set held_until = now()`;
  await due();
  const second = await createRedisSpace();
  await using _ = start(second.url);
  await vi.waitFor(
    async () => {
      const { deliveries } = await own.history(received.ticketId);
      expect(deliveries).toMatchObject([{ state: 'delivered', note: 'left' }]);
    },
    { timeout: 30_000, interval: 100 },
  );
  expect(received.desk).toMatchObject({ team: source.words.team, tags: ['vip', 'usher_billing'] });
  expect(received.desk.notes).toHaveLength(1);
  await second.drop();
}, 90_000);
