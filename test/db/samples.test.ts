import { decideByPerson } from '@usher/core/decide';
import { SourceName } from '@usher/core/source-name';
import { findCategory } from '@usher/core/taxonomy';
import { connectDatabase } from '@usher/db/connect';
import { correctTicket } from '@usher/db/correct-ticket';
import { sumCosts } from '@usher/db/costs';
import { newestExample } from '@usher/db/examples';
import { automatedDecisions, newestOutcomeAt } from '@usher/db/known-outcomes';
import { listPastDecisions } from '@usher/db/past-decisions';
import { receiveTickets } from '@usher/db/receive-tickets';
import { recordDecisions } from '@usher/db/record-decision';
import { reportAccuracy } from '@usher/db/reports/accuracy';
import { reportFunnel } from '@usher/db/reports/funnel';
import { reportLatency } from '@usher/db/reports/latency';
import { reportVolume } from '@usher/db/reports/volume';
import { rebuildRollups } from '@usher/db/rollup/roll-up';
import { beginSamples, countSamples, receiveSample, removeSamples } from '@usher/db/samples';
import { ensureSource } from '@usher/db/sources';
import { startWork } from '@usher/db/work';
import postgres from 'postgres';
import { afterAll, expect, test } from 'vitest';
import { createTestDatabase } from '../support/postgres.ts';
import { answer, makeRelease, routeToFinance, TAXONOMY } from './decision.ts';
import { draft } from './draft.ts';

const own = await createTestDatabase();
const database = connectDatabase(own.url, { name: 'test' });
const { db } = database;
const sql = postgres(own.url, { max: 2 });
const releaseId = await makeRelease(db);
afterAll(async () => {
  await sql.end();
  await database[Symbol.asyncDispose]();
  await own.drop();
});

const long = new Date(0);

async function sample(id: string): Promise<number> {
  const receipt = await receiveSample(db, draft(id));
  if (receipt === undefined) throw new Error('no samples are wanted');
  return receipt.ticketId;
}

/** Decides as a worker would, everything drawn for blind review. */
const decided = (...ticketIds: number[]) =>
  recordDecisions(
    db,
    ticketIds.map((ticketId) => ({
      ticketId,
      revision: 1,
      releaseId,
      mode: 'auto' as const,
      engine: 'local',
      calls: [answer({ engine: 'local', costMicroUsd: 0 })],
      decision: routeToFinance(),
      auditShare: 1,
    })),
  );

async function corrected(ticketId: number): Promise<void> {
  const general = findCategory(TAXONOMY, 'general');
  if (general === undefined) throw new Error('there is no such category');
  const decision = decideByPerson(general, { subcategory: null, note: null, reason: 'corrected' });
  const by = { actorKind: 'agent', actor: 'ana', note: null } as const;
  await correctTicket(db, { ticketId, decision, by, mode: 'auto' });
}

async function figures() {
  const total = (await reportAccuracy(db, { basis: 'assumed' })).document.total;
  const { received, steps } = (await reportFunnel(db, {})).document;
  const { lines } = (await reportVolume(db, { step: 'day', limit: 10 })).document;
  const { answers } = await latencies();
  const costs = await sumCosts(db, { from: long, until: new Date(Date.now() + 60_000) });
  const costed = costs.find(({ group }) => group === 'all')?.tickets ?? 0;
  const past = (await listPastDecisions(db, { limit: 10 })).length;
  const automated = (await automatedDecisions(db, { since: long, limit: 10 })).reduce((sum, { n }) => sum + n, 0);
  return { total, received, decided: steps.decided.n, days: lines.length, answers, costed, past, automated };
}

async function latencies() {
  const [row] = await sql`select coalesce(sum(n), 0)::int as answers from daily_latency`;
  await reportLatency(db, {});
  return { answers: Number(row?.['answers']) };
}

test('nobody else can name a source like that of the samples', () => {
  expect(SourceName.safeParse('sample').success).toBe(false);
});

test('a sample that was decided and corrected is in no report, teaches nobody, and is announced to nobody', async () => {
  const { id: api } = await ensureSource(db, 'api');
  await sql`insert into endpoints (url, events) values ('https://example.com', array['ticket.decided', 'ticket.corrected'])`;
  expect(await beginSamples(db, 'test')).toBe(true);
  const [first, second] = [await sample('S-1'), await sample('S-2')];
  const work = await startWork(db, [{ ticketId: first, revision: 1 }]);
  expect(work).toMatchObject([{ isSample: true }]);
  await decided(first, second);
  await corrected(second);
  const nothing = { total: 0, received: 0, decided: 0, days: 0, answers: 0, costed: 0, past: 0, automated: 0 };
  expect(await figures()).toEqual(nothing);
  expect([await newestExample(db), await newestOutcomeAt(db)]).toEqual([0, null]);
  expect(await sql`select id from deliveries union all select id from blind_audits`).toEqual([]);
  expect(await sql`select state, category, truth from tickets order by id`).toEqual([
    { state: 'routed', category: 'billing', truth: null },
    { state: 'routed', category: 'general', truth: null },
  ]);

  const [own] = await receiveTickets(db, [{ sourceId: api, lane: 'live', draft: draft('T-1') }]);
  await decided(own?.ticketId ?? 0);
  await corrected(own?.ticketId ?? 0);
  const counted = {
    ...nothing,
    total: 1,
    received: 1,
    decided: 1,
    days: 1,
    answers: 2,
    costed: 1,
    past: 1,
    automated: 1,
  };
  expect(await figures()).toEqual(counted);
  expect(await newestExample(db)).toBeGreaterThan(0);
  await rebuildRollups(db, { patienceMs: 20_000, progress: () => {} });
  expect(await figures()).toEqual(counted);
});

test('removed samples leave nothing behind but the note of who removed them, and never come back', async () => {
  const before = await figures();
  const late = await sample('S-3');
  expect(await countSamples(db)).toBe(3);
  expect(await removeSamples(db, 'ada')).toBe(3);
  expect(await countSamples(db)).toBe(0);
  expect(await figures()).toEqual(before);
  expect(await sql`select actor, verb, detail from audit where subject = 'samples' order by id`).toEqual([
    { actor: 'test', verb: 'samples.begin', detail: {} },
    { actor: 'ada', verb: 'samples.remove', detail: { tickets: 3 } },
  ]);
  expect(await beginSamples(db, 'test')).toBe(false);
  expect(await receiveSample(db, draft('S-4'))).toBeUndefined();
  expect(await removeSamples(db, 'ada')).toBe(0);

  // A worker had one in hand, beside a ticket of somebody else's.
  const { id: api } = await ensureSource(db, 'api');
  const [own] = await receiveTickets(db, [{ sourceId: api, lane: 'live', draft: draft('T-2') }]);
  const recorded = await decided(late, own?.ticketId ?? 0);
  expect(recorded.map(({ won }) => won)).toEqual([false, true]);
});

test('samples are only begun where no ticket ever came', async () => {
  await using other = await createTestDatabase();
  await using opened = connectDatabase(other.url, { name: 'test' });
  const { id: sourceId } = await ensureSource(opened.db, 'api');
  await receiveTickets(opened.db, [{ sourceId, lane: 'live', draft: draft('T-1') }]);
  expect(await beginSamples(opened.db, 'test')).toBe(false);
});
