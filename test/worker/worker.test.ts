import { announceTo } from '../support/endpoint.ts';
import { queueOf } from '@usher/core/jobs';
import { connectQueue } from '@usher/queue/connect';
import { enqueue } from '@usher/queue/enqueue';
import type { Deps } from '@usher/worker/deps';
import type { WorkerEvent } from '@usher/worker/events';
import { startWorker } from '@usher/worker/worker';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type ClaudeServer, startClaudeServer } from '../support/claude-server.ts';
import { drain } from '../support/drain.ts';
import { createRedisSpace, type RedisSpace } from '../support/redis.ts';
import { startWebhookReceiver } from '../support/webhook-receiver.ts';
import { openDesk, type SupportDesk, texts, workerDeps } from './support-desk.ts';

describe('A worker', () => {
  let desk: SupportDesk;
  let redis: RedisSpace;
  let claude: ClaudeServer;
  beforeEach(async () => {
    [desk, redis, claude] = await Promise.all([openDesk(), createRedisSpace(), startClaudeServer()]);
  });
  afterEach(async () => {
    await Promise.all([desk[Symbol.asyncDispose](), redis.drop(), claude[Symbol.asyncDispose]()]);
  });

  interface Work extends AsyncDisposable {
    producer: ReturnType<typeof connectQueue>;
    events: WorkerEvent[];
    close(): Promise<void>;
  }

  function work({ concurrency = 2, ...changes }: Partial<Deps> & { concurrency?: number } = {}): Work {
    const producer = connectQueue(redis.url, { role: 'producer' });
    const consumer = connectQueue(redis.url, { role: 'consumer' });
    const { deps, events } = workerDeps(desk, { baseUrl: claude.url });
    const worker = startWorker({ deps: { ...deps, ...changes }, consumer, producer, concurrency, window: 1_000 });
    const close = () => worker.close(0);
    const dispose = async () => {
      await close();
      await Promise.all([producer, consumer].map((connection) => connection[Symbol.asyncDispose]()));
    };
    return { producer, events, close, [Symbol.asyncDispose]: dispose };
  }

  const hint = (ticketId: number, lane: 'live' | 'bulk' = 'live') =>
    ({ name: 'classify', payload: { ticketId, revision: 1, lane } }) as const;

  test('takes a ticket from the queue through the decision to the helpdesk', async () => {
    await using receiver = await startWebhookReceiver();
    await using endpoint = await announceTo(desk.db, receiver.url);
    const ticketId = await desk.receive(texts.refund);
    await using worker = work();
    await enqueue(worker.producer, [hint(ticketId)]);
    await receiver.arrived(1);
    await drain(worker.producer);

    const [call] = receiver.received;
    const headers = Object.fromEntries(
      Object.entries(call?.headers ?? {}).map(([name, value]) => [name, String(value)]),
    );
    expect(new Webhook(endpoint.secret).verify(call?.body ?? '', headers)).toMatchObject({
      type: 'ticket.decided',
      data: { ticket_id: 'T-1', routed_to: 'finance', category: 'billing', action: 'route' },
    });
    expect((await desk.history(ticketId)).deliveries).toMatchObject([{ state: 'delivered', attempts: 1 }]);
  });

  test('finds what is due although no hint ever came', async () => {
    const [live, bulk] = [await desk.receive(texts.refund), await desk.receive(texts.crash, 'bulk')];
    await desk.sql`update tickets set due_at = now()`;
    await using worker = work();

    await vi.waitFor(async () => {
      expect(await desk.ticket(live)).toMatchObject({ state: 'routed', team: 'finance' });
      expect(await desk.ticket(bulk)).toMatchObject({ state: 'routed', team: 'engineering' });
    }, 20_000);
    expect(worker.events).toContainEqual({ kind: 'swept', jobs: expect.any(Number) });
  });

  test('decides live tickets while bulk ones hold every place they may have', async () => {
    const bulk = await Promise.all(Array.from({ length: 3 }, () => desk.receive(texts.crash, 'bulk')));
    claude.script('stalled_headers');
    await using worker = work();
    await enqueue(
      worker.producer,
      bulk.map((ticketId) => hint(ticketId, 'bulk')),
    );
    await claude.received(1);
    const live = await desk.receive(texts.refund);
    await enqueue(worker.producer, [hint(live)]);

    await vi.waitFor(async () => expect(await desk.ticket(live)).toMatchObject({ state: 'routed' }), 20_000);
    expect(queueOf(hint(live))).not.toBe(queueOf(hint(live, 'bulk')));
    expect(await desk.ticket(bulk[1] ?? 0)).toMatchObject({ state: 'received' });
  });

  test('gives back what is in hand when it closes, and another worker goes on', async () => {
    const ticketId = await desk.receive(texts.refund);
    claude.script('stalled_headers');
    await using first = work();
    await enqueue(first.producer, [hint(ticketId)]);
    await claude.received(1);
    await first.close();
    expect(await desk.ticket(ticketId)).toMatchObject({ state: 'received', starts: 0 });

    await using second = work();
    await drain(second.producer);
    expect(await desk.ticket(ticketId)).toMatchObject({ state: 'routed' });
  });
});
