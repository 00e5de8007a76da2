import { announceTo, type TestEndpoint } from '../../support/endpoint.ts';
import { testVault } from '../../support/vault.ts';
import type { Decision } from '@usher/core/decide';
import { recordDecision } from '@usher/db/record-decision';
import { findEndpoint, removeEndpoint, rotateSecret, testEndpoint } from '@usher/db/endpoints';
import type { Deps } from '@usher/worker/deps';
import { deliver } from '@usher/worker/handlers/deliver';
import { openVault } from '@usher/db/vault';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeRelease, routeToFinance } from '../../db/decision.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../support/webhook-receiver.ts';
import { openDesk, type SupportDesk, texts, workerDeps } from '../support-desk.ts';

describe('Delivering', () => {
  let desk: SupportDesk;
  let receiver: WebhookReceiver;
  let endpoint: TestEndpoint;
  beforeAll(async () => {
    desk = await openDesk();
  });
  afterAll(async () => {
    await desk[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    receiver = await startWebhookReceiver();
    endpoint = await announceTo(desk.db, receiver.url);
  });
  afterEach(async () => {
    await endpoint[Symbol.asyncDispose]();
    await desk.sql`delete from receiver_pauses`;
    await receiver[Symbol.asyncDispose]();
  });

  /** A decision whose delivery is due, as a ticket and a delivery number. */
  async function decide(changed: Partial<Decision> = {}): Promise<{ ticketId: number; deliveryId: number }> {
    const ticketId = await desk.receive(texts.refund);
    const releaseId = await makeRelease(desk.db);
    const decided = { ticketId, revision: 1, releaseId, mode: 'auto', engine: 'local', calls: [] } as const;
    const { deliveryIds } = await recordDecision(desk.db, { ...decided, decision: routeToFinance(changed) });
    return { ticketId, deliveryId: deliveryIds[0] ?? 0 };
  }

  function worker(changes: Partial<Deps> = {}) {
    const { deps, events } = workerDeps(desk, {});
    const all = { ...deps, signal: new AbortController().signal, ...changes };
    return { deliver: (deliveryId: number) => deliver({ deliveryId }, all), events };
  }

  async function delivery(ticketId: number) {
    const [first] = (await desk.history(ticketId)).deliveries;
    if (first === undefined) throw new Error('there is no delivery');
    return first;
  }

  test('tells the helpdesk about a decision, signed so that it can be checked', async () => {
    const { ticketId, deliveryId } = await decide();
    const { deliver, events } = worker();
    await deliver(deliveryId);

    const [call] = receiver.received;
    expect(new Webhook(endpoint.secret).verify(call?.body ?? '', { ...textHeaders(call?.headers) })).toMatchObject({
      type: 'ticket.decided',
      data: { id: ticketId, action: 'route', routed_to: 'finance', priority: 'medium', sla_hours: 24 },
    });
    expect(call?.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': `msg_${deliveryId}` });
    expect(await delivery(ticketId)).toMatchObject({ state: 'delivered', attempts: 1, lastStatus: 204 });
    expect(events).toEqual([{ kind: 'delivery_made', deliveryId, status: 204 }]);
  });

  test('keeps id and body from attempt to attempt, and does not call again once it arrived', async () => {
    const { ticketId, deliveryId } = await decide();
    receiver.script({ status: 500 });
    await worker().deliver(deliveryId);
    const failed = await delivery(ticketId);
    expect(failed).toMatchObject({ state: 'pending', attempts: 1, lastStatus: 500, lastError: 'answered 500' });
    expect(failed.dueAt.getTime()).toBeGreaterThan(Date.now());

    await worker().deliver(deliveryId);
    await worker().deliver(deliveryId);
    const [first, second, ...more] = receiver.received;
    expect([second?.body, second?.headers['webhook-id']]).toEqual([first?.body, first?.headers['webhook-id']]);
    expect(more).toEqual([]);
    expect(await delivery(ticketId)).toMatchObject({ state: 'delivered', attempts: 2, lastError: null });
  });

  test('is given up when attempts are used up, and when its endpoint was removed', async () => {
    const [tired, orphan] = [await decide(), await decide()];
    receiver.script({ status: 503 });
    await desk.sql`update deliveries set attempts = 9 where id = ${tired.deliveryId}`;
    await worker().deliver(tired.deliveryId);
    await removeEndpoint(desk.db, endpoint.id, 'test');
    await worker().deliver(orphan.deliveryId);

    expect(await delivery(tired.ticketId)).toMatchObject({ state: 'dead', attempts: 10, lastStatus: 503 });
    expect(await delivery(orphan.ticketId)).toMatchObject({
      state: 'dead',
      lastError: 'the endpoint was removed',
    });
  });

  test('goes to public addresses only unless the operator allows all', async () => {
    const { ticketId, deliveryId } = await decide();
    const { deps } = workerDeps(desk, {});
    await worker({ delivering: { ...deps.delivering, outbound: 'public' } }).deliver(deliveryId);

    expect(receiver.received).toEqual([]);
    expect(await delivery(ticketId)).toMatchObject({
      state: 'pending',
      lastError: "the webhook's URL must begin with https://",
    });
  });

  test('leaves places to others when one receiver keeps its callers waiting, and spends no attempt', async () => {
    const decided = await Promise.all(Array.from({ length: 5 }, () => decide()));
    receiver.script('silent', 'silent', 'silent', 'silent');
    const stopping = new AbortController();
    const { deliver } = worker({ signal: stopping.signal });
    const held = decided.slice(0, 4).map(({ deliveryId }) => deliver(deliveryId));
    await receiver.arrived(4);

    const fifth = decided[4];
    await expect(deliver(fifth?.deliveryId ?? 0)).rejects.toMatchObject({ code: 'receiver_busy' });
    expect(await delivery(fifth?.ticketId ?? 0)).toMatchObject({ state: 'pending', attempts: 0 });

    stopping.abort();
    const ends = await Promise.allSettled(held);
    expect(ends.map(({ status }) => status)).toEqual(Array.from({ length: 4 }, () => 'rejected'));
    expect(await delivery(decided[0]?.ticketId ?? 0)).toMatchObject({ state: 'pending', attempts: 0 });
  });

  test('an endpoint that is gone is disabled, and what waits for it is given up until somebody enables it', async () => {
    const [gone, waiting] = [await decide(), await decide()];
    receiver.script({ status: 410 });
    const { deliver, events } = worker();
    await deliver(gone.deliveryId);
    await deliver(waiting.deliveryId);

    expect(await findEndpoint(desk.db, endpoint.id)).toMatchObject({ disabledWhy: 'gone' });
    expect(await delivery(gone.ticketId)).toMatchObject({ state: 'dead', lastStatus: 410 });
    expect(await delivery(waiting.ticketId)).toMatchObject({ state: 'dead', lastError: 'the endpoint is disabled' });
    expect((await decide()).deliveryId).toBe(0);
    expect(events).toContainEqual({ kind: 'endpoint_gone', endpointId: endpoint.id });
    expect(receiver.received).toHaveLength(1);
  });

  test('a receiver that asks for a pause is left alone by every delivery, and none spends an attempt', async () => {
    const [first, second] = [await decide(), await decide()];
    receiver.script({ status: 429, headers: { 'retry-after': '120' } });
    await worker().deliver(first.deliveryId);
    await worker().deliver(second.deliveryId);

    expect(receiver.received).toHaveLength(1);
    for (const { ticketId } of [first, second]) {
      const waiting = await delivery(ticketId);
      expect(waiting).toMatchObject({ state: 'pending', attempts: 0 });
      expect(waiting.dueAt.getTime()).toBeGreaterThan(Date.now() + 100_000);
    }
    await desk.sql`update receiver_pauses set until = now()`;
    await worker().deliver(first.deliveryId);
    await worker().deliver(second.deliveryId);
    expect(await delivery(second.ticketId)).toMatchObject({ state: 'delivered', attempts: 1 });
  });

  test('a receiver in trouble is left alone after five failures in a row, until one call finds it well', async () => {
    const decided = await Promise.all(Array.from({ length: 7 }, () => decide()));
    receiver.script(...Array.from({ length: 5 }, () => ({ status: 503 })));
    const { deliver, events } = worker();
    for (const { deliveryId } of decided) await deliver(deliveryId);

    expect(receiver.received).toHaveLength(5);
    expect(events.filter(({ kind }) => kind === 'receiver_left_alone')).toHaveLength(1);
    expect(await delivery(decided[6]?.ticketId ?? 0)).toMatchObject({ state: 'pending', attempts: 0 });

    await desk.sql`update receiver_pauses set until = now()`;
    for (const { deliveryId } of decided) await deliver(deliveryId);
    for (const { ticketId } of decided) expect(await delivery(ticketId)).toMatchObject({ state: 'delivered' });
    expect(receiver.received).toHaveLength(12);
  });

  test('says which kind of news it is: decided, or that nothing could be predicted', async () => {
    const failed = await decide({ action: 'triage', reason: 'unavailable', category: null, confidence: null });
    await worker().deliver(failed.deliveryId);
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({
      type: 'ticket.failed',
      data: { action: 'triage', reason: 'unavailable', category: null },
    });
  });

  test('signs with the old and the new secret while one replaces the other, and then with the new alone', async () => {
    const rotated = await rotateSecret(desk.db, endpoint.id, { vault: testVault, actor: 'test', keepForMs: 60_000 });
    await worker().deliver((await decide()).deliveryId);
    await desk.sql`update endpoints set old_secret_until = now() where id = ${endpoint.id}`;
    await worker().deliver((await decide()).deliveryId);

    const [both, newest] = receiver.received.map(({ body, headers }) => ({ body, headers: textHeaders(headers) }));
    if (both === undefined || newest === undefined || rotated === undefined) throw new Error('nothing arrived');
    for (const secret of [endpoint.secret, rotated.secret]) {
      expect(new Webhook(secret).verify(both.body, both.headers)).toMatchObject({ type: 'ticket.decided' });
    }
    expect(new Webhook(rotated.secret).verify(newest.body, newest.headers)).toMatchObject({ type: 'ticket.decided' });
    expect(() => new Webhook(endpoint.secret).verify(newest.body, newest.headers)).toThrow('No matching signature');
  });

  test('a test goes out, too', async () => {
    const deliveryId = (await testEndpoint(desk.db, endpoint.id)) ?? 0;
    await worker().deliver(deliveryId);
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toEqual({
      type: 'endpoint.test',
      timestamp: expect.any(String),
      data: { endpoint: endpoint.id },
    });
  });

  test('waits without spending an attempt while the key that opens its secret is missing', async () => {
    const { ticketId, deliveryId } = await decide();
    await worker({ vault: openVault(undefined) }).deliver(deliveryId);
    expect(await delivery(ticketId)).toMatchObject({
      state: 'pending',
      attempts: 0,
      lastError: expect.stringContaining('USHER_SECRET_KEY'),
    });
  });
});

function textHeaders(headers: Readonly<Record<string, string | string[] | undefined>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
