import { announceTo } from '../support/endpoint.ts';
import { claimDeliveries } from '@usher/db/claim-deliveries';
import { connectDatabase } from '@usher/db/connect';
import { correctTicket } from '@usher/db/correct-ticket';
import { loadDelivery } from '@usher/db/deliveries';
import { findTicket, ticketHistory } from '@usher/db/find-ticket';
import { receiveTickets } from '@usher/db/receive-tickets';
import { type EngineOutcome, recordCalls, recordDecision, recordDecisions } from '@usher/db/record-decision';
import { ensureSource } from '@usher/db/sources';
import { findStanding } from '@usher/db/standing';
import { together } from '@usher/db/together';
import { endWork, type Start, startWork, type Work } from '@usher/db/work';
import postgres from 'postgres';
import { afterAll, expect, test } from 'vitest';
import { createTestDatabase } from '../support/postgres.ts';
import { answer, makeRelease, routeToFinance } from './decision.ts';
import { draft } from './draft.ts';

const own = await createTestDatabase();
const database = connectDatabase(own.url, { name: 'test' });
const { db } = database;
const sql = postgres(own.url, { max: 1 });
const { id: sourceId } = await ensureSource(db, 'api');
const releaseId = await makeRelease(db);
afterAll(async () => {
  await sql.end();
  await database[Symbol.asyncDispose]();
  await own.drop();
});

async function receive(ticketId: string): Promise<number> {
  const [receipt] = await receiveTickets(db, [{ sourceId, lane: 'live', draft: draft(ticketId) }]);
  return receipt?.ticketId ?? 0;
}

async function start(given: Start): Promise<Work | undefined> {
  const [work] = await startWork(db, [given]);
  return work;
}

function outcome(ticketId: number, changed: Partial<EngineOutcome> = {}): EngineOutcome {
  const decision = routeToFinance();
  return { ticketId, revision: 1, releaseId, mode: 'auto', engine: 'claude', calls: [answer()], decision, ...changed };
}

test('work starts while it is due, each restart is counted, and an orderly end says how many of them count', async () => {
  const ticketId = await receive('w-1');
  const restart = { ticketId, revision: 1, isRestart: true };
  expect(await start({ ticketId, revision: 1 })).toMatchObject({ starts: 0, lane: 'live' });
  expect(await start({ ticketId, revision: 1 })).toMatchObject({ starts: 0 });
  expect(await start(restart)).toMatchObject({ starts: 0 });
  expect(await start(restart)).toMatchObject({ starts: 1 });
  expect(await start({ ticketId, revision: 1 })).toMatchObject({ starts: 2 });
  await endWork(db, { ticketId, revision: 1, dueAt: new Date(), starts: 0 });
  expect(await start(restart)).toMatchObject({ starts: 0 });
  await endWork(db, { ticketId, revision: 1, dueAt: new Date(), starts: 3 });
  expect(await start({ ticketId, revision: 1 })).toMatchObject({ starts: 3 });
});

test('of a ticket that is decided no restart is counted', async () => {
  const ticketId = await receive('w-1b');
  await recordDecision(db, outcome(ticketId));
  expect(await start({ ticketId, revision: 1, isRestart: true })).toBeUndefined();
  const [row] = await sql`select starts from tickets where id = ${ticketId}`;
  expect(row).toEqual({ starts: 0 });
});

test('work on a revision that is not the newest, or is decided, is not due', async () => {
  const ticketId = await receive('w-2');
  expect(await start({ ticketId, revision: 2 })).toBeUndefined();
  await recordDecision(db, outcome(ticketId));
  expect(await start({ ticketId, revision: 1 })).toBeUndefined();
});

test('the first engine decision wins; a late second one adds what it cost and changes nothing', async () => {
  const ticketId = await receive('d-1');
  const first = await recordDecision(db, outcome(ticketId));
  const late = routeToFinance({ category: 'general', subcategory: null, team: 'support' });
  const second = await recordDecision(db, outcome(ticketId, { decision: late }));
  expect([first.won, second.won]).toEqual([true, false]);
  expect(await findTicket(db, { id: ticketId })).toMatchObject({
    state: 'routed',
    team: 'finance',
    category: 'billing',
  });
  const history = await ticketHistory(db, ticketId);
  expect(history.decisions).toHaveLength(1);
  expect(history.classifications.map(({ costMicroUsd, durationMs }) => [costMicroUsd, durationMs])).toEqual([
    [48, 413],
    [48, 413],
  ]);
});

test('a decision gives the ticket its team, priority, note and an SLA due time counted from its arrival', async () => {
  const ticketId = await receive('d-2');
  await recordDecision(db, outcome(ticketId));
  const ticket = await findTicket(db, { id: ticketId });
  expect(ticket).toMatchObject({ priority: 'medium', confidence: 0.93, subcategory: 'charge_dispute', slaHours: 24 });
  expect(ticket?.slaDueAt?.getTime()).toBe((ticket?.receivedAt.getTime() ?? 0) + 24 * 3_600_000);
});

test('in shadow mode everything is recorded and nothing is assigned or announced', async () => {
  await using _ = await announceTo(db, 'https://example.com/hook', { sourceId });
  const ticketId = await receive('d-3');
  const { deliveryIds } = await recordDecision(db, outcome(ticketId, { mode: 'shadow' }));
  expect(deliveryIds).toEqual([]);
  expect(await findTicket(db, { id: ticketId })).toMatchObject({ state: 'shadowed', team: null, category: null });
  const history = await ticketHistory(db, ticketId);
  expect(history.classifications[0]?.shadow).toBe(true);
  expect(history.decisions[0]).toMatchObject({ category: 'billing', mode: 'shadow' });
});

test('a decision of a source with a webhook is put into the outbox in the same transaction', async () => {
  await using endpoint = await announceTo(db, 'https://example.com/hook', { sourceId });
  const ticketId = await receive('d-4');
  const { deliveryIds } = await recordDecision(db, outcome(ticketId));
  const [deliveryId = 0] = deliveryIds;
  const { deliveries } = await ticketHistory(db, ticketId);
  expect(deliveries).toMatchObject([
    { id: deliveryId, endpointId: endpoint.id, event: 'ticket.decided', state: 'pending' },
  ]);
  expect(await loadDelivery(db, deliveryId)).toMatchObject({
    payload: {
      type: 'ticket.decided',
      data: { ticket_id: 'd-4', routed_to: 'finance', sla_hours: 24, confidence: 0.93 },
    },
  });
});

test('a correction appends a decision of its actor, keeps an example and routes the ticket again', async () => {
  const ticketId = await receive('k-1');
  await recordDecision(db, outcome(ticketId));
  const decision = {
    ...routeToFinance({ reason: 'corrected', subcategory: null, team: 'support', confidence: null }),
    category: 'general',
  };
  const by = { actorKind: 'agent', actor: 'ana', note: 'Not about money' } as const;
  await correctTicket(db, { ticketId, decision, by, mode: 'auto' });
  await correctTicket(db, { ticketId, decision, by, mode: 'auto' });
  expect(await findTicket(db, { id: ticketId })).toMatchObject({
    team: 'support',
    category: 'general',
    reason: 'corrected',
  });
  expect(await findStanding(db, { id: ticketId })).toMatchObject({ category: 'general' });
  const history = await ticketHistory(db, ticketId);
  expect(history.decisions.map(({ actorKind, category }) => [actorKind, category])).toEqual([
    ['engine', 'billing'],
    ['agent', 'general'],
  ]);
  expect(history.corrections[0]).toMatchObject({
    fromCategory: 'billing',
    category: 'general',
    actor: 'ana',
    note: 'Not about money',
  });
  const active = await sql`select category from examples where ticket_id = ${ticketId} and retired_at is null`;
  expect([...active]).toEqual([{ category: 'general' }]);
});

test('the sweep claims a delivery that is due once, and again only when it is still due later', async () => {
  await sql`update deliveries set due_at = now() - interval '1 minute' where state = 'pending'`;
  const jobs = await claimDeliveries(db, { limit: 100, againAfterMs: 60_000 });
  expect(jobs).toEqual(expect.arrayContaining([{ name: 'deliver', payload: { deliveryId: expect.any(Number) } }]));
  expect(await claimDeliveries(db, { limit: 100, againAfterMs: 60_000 })).toEqual([]);
});

const chosen = {
  ...routeToFinance({ reason: 'corrected', subcategory: null, team: 'support', confidence: null }),
  category: 'general',
};
const ana = { actorKind: 'agent', actor: 'ana', note: null } as const;

test('a ticket that waits although it was decided gets back the decision that it has', async () => {
  const ticketId = await receive('h-1');
  await recordDecision(db, outcome(ticketId));
  await sql`update tickets set state = 'received', team = null where id = ${ticketId}`;
  const again = await recordDecision(db, outcome(ticketId, { decision: routeToFinance({ team: 'elsewhere' }) }));
  expect(again.won).toBe(false);
  expect(await findTicket(db, { id: ticketId })).toMatchObject({ state: 'routed', team: 'finance' });
});

test('an engine that comes after a person decides nothing', async () => {
  const ticketId = await receive('h-2');
  await correctTicket(db, { ticketId, decision: chosen, by: ana, mode: 'auto' });
  expect(await recordDecision(db, outcome(ticketId))).toEqual({ won: false, deliveryIds: [] });
  const { decisions, classifications } = await ticketHistory(db, ticketId);
  expect(decisions.map(({ actorKind }) => actorKind)).toEqual(['agent']);
  expect(classifications).toHaveLength(1);
});

test('a new text of a ticket that a person decided says what the person chose', async () => {
  const ticketId = await receive('h-3');
  await correctTicket(db, { ticketId, decision: chosen, by: ana, mode: 'auto' });
  await receiveTickets(db, [{ sourceId, lane: 'live', draft: draft('h-3', { body: 'And thanks!' }) }]);
  expect(await start({ ticketId, revision: 2 })).toMatchObject({ chosenByPerson: 'general' });
  expect(await findStanding(db, { id: ticketId })).toMatchObject({ category: null });
  const fresh = await receive('h-4');
  expect(await start({ ticketId: fresh, revision: 1 })).toMatchObject({ chosenByPerson: null });
});

test('the same correction twice is one correction, also at the same moment', async () => {
  const ticketId = await receive('h-5');
  await recordDecision(db, outcome(ticketId));
  const all = await Promise.all(
    [1, 2, 3, 4].map(() => correctTicket(db, { ticketId, decision: chosen, by: ana, mode: 'auto' })),
  );
  expect(new Set(all.map(({ correctionId }) => correctionId)).size).toBe(1);
  const history = await ticketHistory(db, ticketId);
  expect(history.corrections).toHaveLength(1);
  expect(history.corrections[0]).toMatchObject({ fromCategory: 'billing', category: 'general' });
});

test('in shadow mode a correction before any decision assigns and announces nothing', async () => {
  await using _ = await announceTo(db, 'https://example.com/hook', { sourceId });
  const ticketId = await receive('h-6');
  expect(await correctTicket(db, { ticketId, decision: chosen, by: ana, mode: 'shadow' })).toMatchObject({
    state: 'shadowed',
    deliveryIds: [],
  });
  expect(await findTicket(db, { id: ticketId })).toMatchObject({ state: 'shadowed', team: null });
});

test('many starts and decisions share a statement, each as if it were alone', async () => {
  const waiting = await receive('m-1');
  const decided = await receive('m-2');
  const unheardOf = 999_999_999;
  await recordDecision(db, outcome(decided));
  const started = await startWork(db, [
    { ticketId: unheardOf, revision: 1 },
    { ticketId: decided, revision: 1 },
    { ticketId: waiting, revision: 1 },
    { ticketId: waiting, revision: 2 },
  ]);
  expect(started.map((work) => work?.ticketId)).toEqual([undefined, undefined, waiting, undefined]);
  expect(started[2]).toMatchObject({ starts: 0, subject: 'Charged twice', revisedAt: expect.any(Date) });
  const recorded = await recordDecisions(db, [outcome(decided), outcome(waiting)]);
  expect(recorded).toEqual([
    { won: false, deliveryIds: [] },
    { won: true, deliveryIds: [] },
  ]);
  expect((await ticketHistory(db, decided)).classifications).toHaveLength(2);
  expect(await findTicket(db, { id: waiting })).toMatchObject({ state: 'routed', team: 'finance' });
});

test('a statement that runs often is planned once a connection, and anew when tickets have become many more', async () => {
  await using single = connectDatabase(own.url, { name: 'prepared', connections: 1 });
  const ticketId = await receive('p-1');
  const prepared = async () => {
    const [row] = await single.db.execute<{ count: number }>(
      `select count(*)::int from pg_prepared_statements where statement like '%as "chosenByPerson"%'`,
    );
    return row?.count;
  };
  for (let times = 0; times < 3; times += 1) await startWork(single.db, [{ ticketId, revision: 1 }]);
  expect(await prepared()).toBe(1);
  for (let times = 0; times < 3; times += 1) await startWork(single.db, [{ ticketId: 2 ** 40, revision: 1 }]);
  expect(await prepared()).toBe(2);
});

test('what engines said of one ticket stays in its order, and nothing is kept of a ticket that was removed', async () => {
  const [kept, removed] = [await receive('m-6'), await receive('m-7')];
  const calls = ['first', 'second', 'third'].map((model) => ({ ...answer(), model }));
  const shared = { revision: 1, releaseId, mode: 'auto', calls } as const;
  await sql`delete from tickets where id = ${removed}`;
  await recordCalls(db, { ...shared, ticketId: kept });
  await recordCalls(db, { ...shared, ticketId: removed });
  const recorded = await recordDecisions(db, [outcome(removed, { calls }), outcome(kept, { calls })]);
  expect(recorded.map(({ won }) => won)).toEqual([false, true]);
  const rows =
    await sql`select ticket_id::int, model from classifications where ticket_id in ${sql([kept, removed])} order by id`;
  const twice = [...calls, ...calls].map(({ model }) => ({ ticket_id: kept, model }));
  expect([...rows]).toEqual(twice);
});

test('a decision that Postgres refuses fails alone; those of the same moment are stored', async () => {
  const record = together({
    run: (outcomes: readonly EngineOutcome[]) => recordDecisions(db, outcomes),
    keyOf: ({ ticketId }) => ticketId,
    mostStatements: 1,
    mostItems: 10,
  });
  const [good, bad, other] = [await receive('m-3'), await receive('m-4'), await receive('m-5')];
  const results = await Promise.allSettled([
    record(outcome(good)),
    record(outcome(bad, { engine: 'no text \u0000' })),
    record(outcome(other)),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(await findTicket(db, { id: bad })).toMatchObject({ state: 'received' });
  expect(await findTicket(db, { id: other })).toMatchObject({ state: 'routed' });
});

test('two lists with the same tickets in different orders wait for each other', async () => {
  const ids = await Promise.all(Array.from({ length: 40 }, (_, at) => receive(`m-${at + 10}`)));
  const there = ids.map((ticketId) => ({ ticketId, revision: 1, isRestart: true }));
  const back = there.toReversed();
  await Promise.all(Array.from({ length: 8 }, (_, at) => startWork(db, at % 2 === 0 ? there : back)));
  await Promise.all(
    Array.from({ length: 8 }, (_, at) =>
      recordDecisions(
        db,
        (at % 2 === 0 ? there : back).map(({ ticketId }) => outcome(ticketId)),
      ),
    ),
  );
  const [{ made } = { made: 0 }] = await sql<{ made: number }[]>`
    select count(*)::int as made from decisions where ticket_id = any(${ids})`;
  expect(made).toBe(40);
});
