import { testVault } from '../../support/vault.ts';
import { recordDecision } from '@usher/db/record-decision';
import { setWebhook } from '@usher/db/sources';
import type { Deps } from '@usher/worker/deps';
import { deliver } from '@usher/worker/handlers/deliver';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeRelease, routeToFinance } from '../../db/decision.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../support/webhook-receiver.ts';
import { openDesk, type SupportDesk, texts, workerDeps } from '../support-desk.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

describe('Delivering', () => {
  let desk: SupportDesk;
  let receiver: WebhookReceiver;
  beforeAll(async () => {
    desk = await openDesk();
  });
  afterAll(async () => {
    await desk[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    receiver = await startWebhookReceiver();
    await setWebhook(desk.db, desk.source.id, { url: receiver.url, secret: testVault.seal(secret) });
  });
  afterEach(async () => {
    await receiver[Symbol.asyncDispose]();
  });

  /** A decision whose delivery is due, as a ticket and a delivery number. */
  async function decide(): Promise<{ ticketId: number; deliveryId: number }> {
    const ticketId = await desk.receive(texts.refund);
    const releaseId = await makeRelease(desk.db);
    const decided = { ticketId, revision: 1, releaseId, mode: 'auto', engine: 'local', calls: [] } as const;
    const { deliveryId } = await recordDecision(desk.db, { ...decided, decision: routeToFinance() });
    return { ticketId, deliveryId: deliveryId ?? 0 };
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
    expect(new Webhook(secret).verify(call?.body ?? '', { ...textHeaders(call?.headers) })).toMatchObject({
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

  test('is given up when the receiver is gone, when attempts are used up, and when there is no webhook any more', async () => {
    const [gone, tired, orphan] = [await decide(), await decide(), await decide()];
    receiver.script({ status: 410 }, { status: 503 });
    await worker().deliver(gone.deliveryId);
    await desk.sql`update deliveries set attempts = 9 where id = ${tired.deliveryId}`;
    await worker().deliver(tired.deliveryId);
    await setWebhook(desk.db, desk.source.id, null);
    await worker().deliver(orphan.deliveryId);

    expect(await delivery(gone.ticketId)).toMatchObject({ state: 'dead', lastStatus: 410 });
    expect(await delivery(tired.ticketId)).toMatchObject({ state: 'dead', attempts: 10, lastStatus: 503 });
    expect(await delivery(orphan.ticketId)).toMatchObject({
      state: 'dead',
      lastError: 'the source has no webhook any more',
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
    const decided = await Promise.all(Array.from({ length: 5 }, decide));
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
});

function textHeaders(headers: Readonly<Record<string, string | string[] | undefined>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
