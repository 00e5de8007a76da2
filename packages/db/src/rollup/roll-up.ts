import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import type { Db } from '../connect.ts';
import { whileAvailable } from '../failures.ts';
import {
  type CountedFacts,
  dailyConfidence,
  dailyCosts,
  dailyLatency,
  dailyOutcomes,
  hourlyVolume,
  minuteCalls,
  minuteVolume,
  rollupCursors,
  ticketHours,
} from '../schema/rollups.ts';
import { countAnswers, countDrawn, countRevisions, countTickets } from './count-arrivals.ts';
import { countDecisions } from './count-decisions.ts';
import { countTruths } from './count-truths.ts';
import { isLately, type Window } from './decided.ts';
import { writersEnded } from './settled.ts';

/** Facts of each kind that one transaction counts. */
const STEP = 20_000;

/** Any fixed number: who counts holds this lock, so that nothing is counted twice. */
const COUNTING = sql`7403172521`;

/** What became known is counted after what it is about. */
const KINDS: readonly { facts: CountedFacts; count: (db: Db, window: Window) => Promise<void> }[] = [
  { facts: 'tickets', count: countTickets },
  { facts: 'ticket_revisions', count: countRevisions },
  { facts: 'classifications', count: countAnswers },
  { facts: 'decisions', count: countDecisions },
  { facts: 'blind_audits', count: countDrawn },
  { facts: 'outcomes', count: countTruths },
];

const allFacts = KINDS.map(({ facts }) => facts);

const rollupTables = [
  ticketHours,
  minuteVolume,
  minuteCalls,
  hourlyVolume,
  dailyOutcomes,
  dailyConfidence,
  dailyLatency,
  dailyCosts,
  rollupCursors,
];

/** While someone else counts a step, in milliseconds. */
const OTHERS_COUNT_MS = 20;

type Numbers = Record<CountedFacts, number>;

const NOWHERE = numbersOf(() => 0);

export interface RollUpOptions {
  /** Milliseconds after which no further step is begun. */
  mostMs: number;
  /** Milliseconds for which transactions that are writing now are waited for. */
  patienceMs: number;
}

/**
 * Adds what was appended since the last time to the rollups that reports read. Any number of processes may do so at once; each
 * fact is counted exactly once, whatever crashes. Answers how many facts are left at most; 0 when all there was is counted.
 */
export async function rollUp(db: Db, { mostMs, patienceMs }: RollUpOptions): Promise<number> {
  const until = performance.now() + mostMs;
  return whileAvailable(async () => {
    // The newest numbers first, then who might still commit lower ones.
    const heads = await headNumbers(db);
    let left = distance(await cursors(db), heads);
    if (left === 0 || !(await writersEnded(db, allFacts, patienceMs))) return left;
    while (left > 0 && performance.now() < until) {
      const after = await db.transaction((tx) => countNext(tx, heads));
      if (after === undefined) await pause(OTHERS_COUNT_MS);
      else left = after;
    }
    return left;
  });
}

/**
 * Counts everything anew, in one transaction: reports show the old figures until it is done. Answers false, and changes nothing,
 * where transactions that were writing at its start don't end within the patience, in milliseconds.
 */
export async function rebuildRollups(
  db: Db,
  { patienceMs, progress }: { patienceMs: number; progress: (left: number, of: number) => void },
): Promise<boolean> {
  return whileAvailable(async () => {
    const heads = await headNumbers(db);
    if (!(await writersEnded(db, allFacts, patienceMs))) return false;
    await db.transaction(async (tx) => {
      // Once everything is read that was ever written, which takes minutes.
      await tx.execute(sql`set local statement_timeout = 0`);
      await tx.execute(sql`select pg_advisory_xact_lock(${COUNTING})`);
      const highest = await furthest(tx, heads);
      for (const table of rollupTables) await tx.delete(table);
      const of = distance(NOWHERE, highest);
      for (let left = of; left > 0;) {
        left = (await countNext(tx, highest)) ?? 0;
        progress(left, of);
      }
    });
    return true;
  });
}

/** Counts the next step of the first kind that is behind. Answers how many facts are left; undefined while someone else counts. */
async function countNext(tx: Db, heads: Numbers): Promise<number | undefined> {
  const [lock] = await tx.execute<{ mine: boolean }>(sql`select pg_try_advisory_xact_lock(${COUNTING}) as mine`);
  if (lock?.mine !== true) return undefined;
  const at = await cursors(tx);
  const next = KINDS.find(({ facts }) => at[facts] < heads[facts]);
  if (next === undefined) return 0;
  const { facts, count } = next;
  const window = { after: at[facts], upTo: Math.min(at[facts] + STEP, heads[facts]) };
  await count(tx, window);
  await forgetMinutes(tx);
  const { upTo } = window;
  await tx
    .insert(rollupCursors)
    .values({ facts, upTo })
    .onConflictDoUpdate({ target: rollupCursors.facts, set: { upTo } });
  return distance({ ...at, [facts]: upTo }, heads);
}

async function forgetMinutes(tx: Db): Promise<void> {
  for (const table of [minuteVolume, minuteCalls]) await tx.delete(table).where(sql`not ${isLately(sql`minute`)}`);
}

/** What was counted already may be ahead of numbers that were read before. */
async function furthest(db: Db, heads: Numbers): Promise<Numbers> {
  const at = await cursors(db);
  return numbersOf((facts) => Math.max(at[facts], heads[facts]));
}

async function headNumbers(db: Db): Promise<Numbers> {
  const parts = allFacts.map(
    (facts) =>
      sql`select ${facts}::text as facts, coalesce(max(id), 0)::float8 as number from ${sql.identifier(facts)}`,
  );
  const rows = await db.execute<{ facts: string; number: number }>(sql.join(parts, sql` union all `));
  return numbersOf((facts) => rows.find((row) => row.facts === facts)?.number ?? 0);
}

async function cursors(db: Db): Promise<Numbers> {
  const rows = await db.select().from(rollupCursors);
  return numbersOf((facts) => rows.find((row) => row.facts === facts)?.upTo ?? 0);
}

function numbersOf(numberOf: (facts: CountedFacts) => number): Numbers {
  return {
    tickets: numberOf('tickets'),
    ticket_revisions: numberOf('ticket_revisions'),
    classifications: numberOf('classifications'),
    decisions: numberOf('decisions'),
    blind_audits: numberOf('blind_audits'),
    outcomes: numberOf('outcomes'),
  };
}

function distance(at: Numbers, heads: Numbers): number {
  return allFacts.reduce((sum, facts) => sum + Math.max(0, heads[facts] - at[facts]), 0);
}
