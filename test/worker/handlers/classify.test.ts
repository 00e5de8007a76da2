import { announceTo } from '../../support/endpoint.ts';
import type { Job } from '@usher/core/jobs';
import type { Deps } from '@usher/worker/deps';
import { classify } from '@usher/worker/handlers/classify';
import { QueueUnreachable } from '@usher/queue/failures';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ClaudeServer, startClaudeServer } from '../../support/claude-server.ts';
import { openDesk, type SupportDesk, texts, workerDeps } from '../support-desk.ts';

describe('Classifying', () => {
  let desk: SupportDesk;
  let claude: ClaudeServer;
  beforeAll(async () => {
    desk = await openDesk();
  });
  afterAll(async () => {
    await desk[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    claude = await startClaudeServer();
    await desk.sql`delete from breakers`;
  });
  afterEach(async () => {
    await claude[Symbol.asyncDispose]();
  });

  /** One worker that classifies tickets of the desk, with what it told and hinted. */
  function worker(changes: Partial<Deps> = {}) {
    const { deps, events } = workerDeps(desk, { baseUrl: claude.url });
    const hints: Job[] = [];
    const all: Deps = {
      ...deps,
      enqueue: async (jobs) => void hints.push(...jobs),
      signal: new AbortController().signal,
      ...changes,
    };
    const run = (ticketId: number) => classify({ ticketId, revision: 1, lane: 'live' }, all);
    return { classify: run, events, hints };
  }

  test('routes a ticket of which the engine is sure, and writes down what was said and paid', async () => {
    const ticketId = await desk.receive(texts.refund);
    const { classify, events } = worker();
    await classify(ticketId);

    expect(await desk.ticket(ticketId)).toMatchObject({
      state: 'routed',
      action: 'route',
      category: 'billing',
      subcategory: 'refund_request',
      team: 'finance',
      priority: 'medium',
      slaHours: 24,
      note: null,
      starts: 0,
    });
    const { classifications, decisions } = await desk.history(ticketId);
    expect(classifications).toMatchObject([{ engine: 'claude', outcome: 'suggested', shadow: false }]);
    expect(classifications[0]?.costMicroUsd).toBeGreaterThan(0);
    expect(decisions).toMatchObject([{ actorKind: 'engine', actor: 'claude', mode: 'auto', reason: 'confident' }]);
    expect(decisions[0]?.releaseId).toEqual(expect.any(Number));
    expect(events.at(-1)).toMatchObject({ kind: 'ticket_decided', ticketId, action: 'route', lane: 'live' });
  });

  test('sends a ticket of which the engine is not sure to triage, with a note that says so', async () => {
    const ticketId = await desk.receive(texts.unclear);
    await worker().classify(ticketId);

    expect(await desk.ticket(ticketId)).toMatchObject({
      state: 'triaged',
      team: 'triage',
      note: 'Low confidence (0.30). Manual review needed.',
    });
  });

  test.each([
    { mode: 'suggest', state: 'suggested', team: 'finance' },
    { mode: 'shadow', state: 'shadowed', team: null },
  ] as const)('in $mode mode leaves the ticket $state', async ({ mode, state, team }) => {
    const ticketId = await desk.receive(texts.refund);
    await worker({ mode }).classify(ticketId);

    expect(await desk.ticket(ticketId)).toMatchObject({ state, team });
    expect((await desk.history(ticketId)).decisions).toMatchObject([{ category: 'billing', mode }]);
  });

  test('does nothing about a ticket that was decided or revised meanwhile', async () => {
    const ticketId = await desk.receive(texts.refund);
    await worker().classify(ticketId);
    await worker().classify(ticketId);
    await classify({ ticketId, revision: 2, lane: 'live' }, { ...workerDeps(desk, {}).deps, ...unused() });

    expect(claude.requests).toHaveLength(1);
  });

  test.each([
    { behaviour: { error: 'overloaded' }, code: 'claude_overloaded' },
    { behaviour: { error: 'rate_limit' }, code: 'rate_limited' },
    { behaviour: { error: 'authentication' }, code: 'claude_configuration_refused' },
    { behaviour: 'cut_body', code: 'claude_connection_lost' },
  ] as const)(
    'lets a ticket wait when Claude says $code, and holds nothing against it',
    async ({ behaviour, code }) => {
      const ticketId = await desk.receive(texts.refund);
      claude.script(behaviour);
      const { classify, events } = worker();

      await expect(classify(ticketId)).rejects.toMatchObject({ code, retry: { afterMs: expect.any(Number) } });
      const ticket = await desk.ticket(ticketId);
      expect(ticket).toMatchObject({ state: 'received', starts: 0, decisionId: null });
      expect(ticket.dueAt.getTime()).toBeGreaterThan(Date.now());
      expect(events.at(-1)).toMatchObject({ kind: 'ticket_postponed', ticketId, code });

      await desk.sql`delete from breakers`;
      await worker().classify(ticketId);
      expect(await desk.ticket(ticketId)).toMatchObject({ state: 'routed', team: 'finance' });
    },
  );

  test('writes down an answer that was paid for even if the next call fails', async () => {
    const ticketId = await desk.receive(texts.refund);
    claude.script('not_json', { error: 'overloaded' });

    await expect(worker().classify(ticketId)).rejects.toMatchObject({ code: 'claude_overloaded' });
    expect((await desk.history(ticketId)).classifications).toMatchObject([{ outcome: 'unusable' }]);
  });

  test('ends a ticket whose answers are unusable with a person, and predicts nothing', async () => {
    const ticketId = await desk.receive(texts.refund);
    claude.script('not_json', 'unknown_label', 'wrong_shape');
    await worker().classify(ticketId);

    expect(await desk.ticket(ticketId)).toMatchObject({
      state: 'triaged',
      team: 'triage',
      reason: 'unusable',
      category: null,
      confidence: null,
      note: 'The model gave no usable answer. Manual review needed.',
    });
    expect((await desk.history(ticketId)).classifications).toHaveLength(3);
  });

  test('looks again when the age of a ticket ends, however long Claude asks for', async () => {
    const ticketId = await desk.receive(texts.refund);
    await desk.age(ticketId, 50);
    claude.script({ error: 'rate_limit', retryAfter: '3600' });
    const { classify } = worker({ maxAges: { live: 90_000, bulk: undefined } });

    await expect(classify(ticketId)).rejects.toMatchObject({ code: 'rate_limited' });
    const waitsMs = (await desk.ticket(ticketId)).dueAt.getTime() - Date.now();
    expect(waitsMs).toBeLessThanOrEqual(10_000);
  });

  test('ends a ticket that has waited as long as it may although Claude is closed to all', async () => {
    const waiting = await desk.receive(texts.refund);
    const overdue = await desk.receive(texts.refund);
    await desk.age(overdue, 16 * 60);
    claude.script({ error: 'rate_limit', retryAfter: '3600' });
    const { classify } = worker();

    await expect(classify(waiting)).rejects.toMatchObject({ code: 'rate_limited' });
    await classify(overdue);
    expect(await desk.ticket(overdue)).toMatchObject({
      state: 'triaged',
      reason: 'unavailable',
      confidence: null,
      note: 'No engine could be reached in time. Manual review needed.',
    });
    expect(claude.requests).toHaveLength(1);
  });

  test('ends a ticket within its age while Claude stalls', async () => {
    const ticketId = await desk.receive(texts.refund);
    claude.script('stalled_headers', 'stalled_headers');
    await worker({ maxAges: { live: 900, bulk: undefined } }).classify(ticketId);

    const { state, reason, decidedAt, revisedAt } = await desk.ticket(ticketId);
    expect({ state, reason }).toEqual({ state: 'triaged', reason: 'unavailable' });
    expect((decidedAt?.getTime() ?? 0) - revisedAt.getTime()).toBeLessThan(10_000);
  });

  test('lets a bulk ticket wait for money, and ends a live one with a person', async () => {
    const bulk = await desk.receive(texts.refund, 'bulk');
    const live = await desk.receive(texts.refund);
    claude.script({ error: 'own_spend_limit' });
    const { classify } = worker();

    await expect(classify(bulk)).rejects.toMatchObject({ code: 'money_awaited' });
    await classify(live);
    expect(await desk.ticket(bulk)).toMatchObject({ state: 'received', starts: 0 });
    expect(await desk.ticket(live)).toMatchObject({ state: 'triaged', reason: 'budget_spent', confidence: null });
  });

  test('hands a ticket to a person after five starts without an end, and lets the others flow on', async () => {
    const [poisoned, other] = [await desk.receive(texts.refund), await desk.receive(texts.crash)];
    await desk.sql`alter table classifications rename to elsewhere`;
    await expect(worker().classify(poisoned)).rejects.toThrow();
    const restarted = worker({ isRestart: true });
    for (let start = 2; start <= 5; start += 1) await expect(restarted.classify(poisoned)).rejects.toThrow();
    expect(await desk.ticket(poisoned)).toMatchObject({ state: 'received', starts: 4 });
    await desk.sql`alter table elsewhere rename to classifications`;

    await restarted.classify(poisoned);
    await worker().classify(other);
    expect(await desk.ticket(poisoned)).toMatchObject({
      state: 'triaged',
      reason: 'stopped_workers',
      confidence: null,
      note: 'Processing this ticket failed repeatedly without an end. Manual review needed.',
      starts: 0,
    });
    expect(await desk.ticket(other)).toMatchObject({ state: 'routed', team: 'engineering' });
  });

  test('changes nothing when a worker that was thought dead comes back late', async () => {
    const ticketId = await desk.receive(texts.refund);
    const wake = Promise.withResolvers<void>();
    claude.script({ after: wake.promise, behaviour: 'odd_letter_case' });
    const zombie = worker();
    const late = zombie.classify(ticketId);
    await claude.received(1);
    await worker({ mode: 'suggest' }).classify(ticketId);
    wake.resolve();
    await late;

    expect(await desk.ticket(ticketId)).toMatchObject({ state: 'suggested' });
    const { decisions, classifications } = await desk.history(ticketId);
    expect(decisions).toMatchObject([{ mode: 'suggest' }]);
    expect(classifications).toHaveLength(2);
    expect(zombie.events.at(-1)).toMatchObject({ kind: 'ticket_decided_before', ticketId });
  });

  test('gives the ticket back when the worker stops in the middle of a call', async () => {
    const ticketId = await desk.receive(texts.refund);
    claude.script('stalled_headers');
    const stopping = new AbortController();
    const running = worker({ signal: stopping.signal }).classify(ticketId);
    await claude.received(1);
    stopping.abort();

    await expect(running).rejects.toThrow();
    const ticket = await desk.ticket(ticketId);
    expect(ticket).toMatchObject({ state: 'received', starts: 0 });
    expect(ticket.dueAt.getTime()).toBeLessThanOrEqual(Date.now());
  });

  test('hints at the delivery of a decision, and decides all the same when the queue is away', async () => {
    await using _ = await announceTo(desk.db, 'http://helpdesk.invalid/hook');
    const [hinted, unhinted] = [await desk.receive(texts.refund), await desk.receive(texts.refund)];
    const { classify, hints } = worker();
    await classify(hinted);
    const away = worker({ enqueue: () => Promise.reject(new QueueUnreachable()) });
    await away.classify(unhinted);

    const [delivery] = (await desk.history(hinted)).deliveries;
    expect(hints).toEqual([{ name: 'deliver', payload: { deliveryId: delivery?.id } }]);
    expect(await desk.ticket(unhinted)).toMatchObject({ state: 'routed' });
    expect(away.events.at(-1)).toEqual({ kind: 'hint_lost', code: 'queue_unreachable' });
  });
});

function unused(): Pick<Deps, 'enqueue' | 'signal'> {
  return { enqueue: async () => {}, signal: new AbortController().signal };
}
