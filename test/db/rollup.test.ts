import { connectDatabase } from '@usher/db/connect';
import { correctTicket } from '@usher/db/correct-ticket';
import { keepOutcome } from '@usher/db/keep-label';
import { receiveTickets } from '@usher/db/receive-tickets';
import { recordClose } from '@usher/db/record-close';
import { recordDecision } from '@usher/db/record-decision';
import { rebuildRollups, rollUp } from '@usher/db/rollup/roll-up';
import { ensureSource } from '@usher/db/sources';
import {
  type Arbitrary,
  array,
  assert,
  asyncProperty,
  constant,
  constantFrom,
  integer,
  nat,
  oneof,
  option,
  record,
} from 'fast-check';
import postgres from 'postgres';
import { afterAll, expect, test } from 'vitest';
import { createTestDatabase } from '../support/postgres.ts';
import { answer, makeRelease, routeToFinance } from './decision.ts';
import { draft } from './draft.ts';

const own = await createTestDatabase();
const database = connectDatabase(own.url, { name: 'test' });
const { db } = database;
const sql = postgres(own.url, { max: 2 });
const sources = [await ensureSource(db, 'api'), await ensureSource(db, 'shop')].map(({ id }) => id);
const releaseId = await makeRelease(db);
afterAll(async () => {
  await sql.end();
  await database[Symbol.asyncDispose]();
  await own.drop();
});

const AT_ONCE = { mostMs: 20_000, patienceMs: 20_000 };
const CATEGORIES = ['billing', 'general', 'returns'] as const;

type Act =
  | { kind: 'arrive'; ticket: number; text: number; lane: 'live' | 'bulk' }
  | { kind: 'decide'; ticket: number; category: string | null; confidence: number; mode: 'auto' | 'shadow' }
  | { kind: 'say'; ticket: number; category: string; by: 'agent' | 'helpdesk' | 'auditor' }
  | { kind: 'roll' };

const ticket = nat(3);
const category = constantFrom(...CATEGORIES);
const act: Arbitrary<Act> = oneof(
  record({
    kind: constant('arrive'),
    ticket,
    text: nat(3),
    lane: constantFrom('live', 'bulk'),
  }),
  record({
    kind: constant('decide'),
    ticket,
    category: option(category),
    confidence: integer({ min: 0, max: 100 }).map((hundredths) => hundredths / 100),
    mode: constantFrom('auto', 'shadow'),
  }),
  record({ kind: constant('say'), ticket, category, by: constantFrom('agent', 'helpdesk', 'auditor') }),
  record({ kind: constant('roll') }),
);

async function perform(run: number, act: Act): Promise<void> {
  if (act.kind === 'roll') return void (await rollUp(db, AT_ONCE));
  const name = `${run}-${act.ticket}`;
  const sourceId = sources[act.ticket % 2] ?? 0;
  if (act.kind === 'arrive') {
    await receiveTickets(db, [{ sourceId, lane: act.lane, draft: draft(name, { body: `Text ${act.text}` }) }]);
    return;
  }
  const [found] = await sql`select id, revision from tickets where source_id = ${sourceId} and external_id = ${name}`;
  if (found === undefined) return;
  const [ticketId, revision] = [Number(found['id']), Number(found['revision'])];
  if (act.kind === 'decide') return decide(act, { ticketId, revision });
  await say(act, { ticketId, revision });
}

async function decide(act: Extract<Act, { kind: 'decide' }>, text: { ticketId: number; revision: number }) {
  const { category, confidence: sure, mode } = act;
  const action = sure < 0.7 || category === null ? 'triage' : 'route';
  const confidence = category === null ? null : sure;
  const decision = routeToFinance({ category, confidence, action, isCalibrated: sure > 0.3 });
  const calls = [answer({ engine: sure > 0.5 ? 'local' : 'claude' })];
  await recordDecision(db, { ...text, releaseId, mode, engine: 'cascade', calls, decision, auditShare: 0.5 });
}

async function say({ category, by }: Extract<Act, { kind: 'say' }>, text: { ticketId: number; revision: number }) {
  const decision = { ...routeToFinance({ confidence: null }), category, reason: 'corrected' as const };
  if (by === 'auditor') {
    const label = { category, subcategory: null, actor: 'ben' };
    await db.transaction((tx) => keepOutcome(tx, { ...text, via: 'audit', label }));
  } else if (by === 'helpdesk') {
    await recordClose(db, { ticketId: text.ticketId, decision, actor: 'desk', mode: 'auto' });
  } else {
    const by = { actorKind: 'agent', actor: 'ana', note: null } as const;
    await correctTicket(db, { ticketId: text.ticketId, decision, by, mode: 'auto' });
  }
}

/** Everything that is in the rollups; cells that came and went are left out. */
async function everyCell(): Promise<unknown> {
  return Promise.all([
    sql`select hour, source_id, event, n from hourly_volume where n <> 0 order by hour, source_id, event`,
    sql`select * from daily_outcomes where n <> 0 order by (daily_outcomes)::text`,
    sql`select * from daily_confidence where n <> 0 order by (daily_confidence)::text`,
    sql`select * from daily_latency where n <> 0 order by (daily_latency)::text`,
    sql`select * from minute_volume order by minute, event`,
    sql`select * from minute_calls order by minute, model`,
  ]);
}

let run = 0;
test('counting as facts come gives the same as counting everything anew, whatever happened', async () => {
  await assert(
    asyncProperty(array(act, { minLength: 40, maxLength: 80, size: 'max' }), async (acts) => {
      run += 1;
      for (const one of acts) await perform(run, one);
      expect(await rollUp(db, AT_ONCE)).toBe(0);
      const grown = await everyCell();
      expect(await rebuildRollups(db, { patienceMs: 20_000, progress: () => {} })).toBe(true);
      expect(await everyCell()).toEqual(grown);
    }),
    { numRuns: 6 },
  );
});

/** What happens to every ticket at least once; whether it is drawn for an audit is chance, so that it happens to twenty. */
const everything: readonly Act[] = [0, 1, 2, 3].flatMap((ticket): Act[] => [
  { kind: 'arrive', ticket, text: 0, lane: 'live' },
  { kind: 'decide', ticket, category: 'billing', confidence: 0.9, mode: 'auto' },
  { kind: 'say', ticket, category: 'general', by: 'auditor' },
  { kind: 'say', ticket, category: 'returns', by: 'agent' },
  { kind: 'arrive', ticket, text: 1, lane: 'live' },
]);

test('the rollups say what counting the facts says', async () => {
  for (let times = 0; times < 5; times += 1) {
    run += 1;
    for (const one of everything) await perform(run, one);
  }
  await rollUp(db, AT_ONCE);
  const [counted] = await sql`
    with judged as (
      select distinct on (decision_id) decision_id, category from outcomes
      where decision_id is not null order by decision_id, id desc)
    select count(*)::int as predicted,
           count(*) filter (where judged.category is null or judged.category = decisions.category)::int as correct,
           count(*) filter (where judged.category is not null)::int as judged,
           (select count(*)::int from tickets) as received,
           (select count(*)::int from ticket_revisions) as revised,
           (select count(*)::int from blind_audits) as drawn,
           (select count(*)::int from outcomes join decisions on decisions.id = decision_id
            where via = 'audit' and decisions.category is not null) as audited
    from decisions left join judged on judged.decision_id = decisions.id
    where actor_kind = 'engine' and decisions.category is not null`;
  const [rolled] = await sql`
    select sum(n)::int as predicted, sum(n) filter (where truth is null or truth = predicted)::int as correct,
           coalesce(sum(n) filter (where truth is not null), 0)::int as judged,
           (select sum(n)::int from hourly_volume where event = 'received') as received,
           (select sum(n)::int from hourly_volume where event = 'revised') as revised,
           (select sum(n)::int from hourly_volume where event = 'drawn_for_audit') as drawn,
           (select sum(n)::int from daily_outcomes where basis = 'audit' and predicted is not null) as audited
    from daily_outcomes where basis = 'newest' and predicted is not null`;
  const [sure] = await sql`
    select sum(n)::int as n, sum(correct)::int as correct from daily_confidence where basis = 'newest'`;
  for (const figure of ['judged', 'revised', 'drawn', 'audited']) expect(counted?.[figure]).toBeGreaterThan(0);
  expect(rolled).toEqual(counted);
  expect(sure).toMatchObject({ n: counted?.['predicted'] });
});

test('any number of processes may count at once, and nothing is counted twice', async () => {
  for (let at = 0; at < 30; at += 1) await perform(9_999, { kind: 'arrive', ticket: at, text: 0, lane: 'live' });
  await Promise.all(Array.from({ length: 5 }, () => rollUp(db, AT_ONCE)));
  const grown = await everyCell();
  await rebuildRollups(db, { patienceMs: 20_000, progress: () => {} });
  expect(await everyCell()).toEqual(grown);
});

test('a number that was given early and committed late is waited for, and never lost', async () => {
  const name = 'late';
  const late = await sql.reserve();
  await late`begin`;
  await late`
    insert into tickets (source_id, external_id, subject, body, text_hash, metadata, lane, due_at)
    values (${sources[0] ?? 0}, ${name}, '', 'x', 'x', '{}', 'live', now())`;
  await perform(10_000, { kind: 'arrive', ticket: 0, text: 0, lane: 'live' });
  const before = await received();
  expect(await rollUp(db, { mostMs: 20_000, patienceMs: 50 })).toBeGreaterThan(0);
  expect(await received()).toBe(before);
  await late`commit`;
  late.release();
  expect(await rollUp(db, AT_ONCE)).toBe(0);
  expect(await received()).toBe(before + 2);
});

async function received(): Promise<number> {
  const [row] = await sql`select sum(n)::int as n from hourly_volume where event = 'received'`;
  return Number(row?.['n']);
}
