import { openStates } from '@usher/core/batches/chunk';
import { Lane } from '@usher/core/ticket';
import { sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { type Counted, countUpTo } from './count-up-to.ts';
import { whileAvailable } from './failures.ts';

/** Tickets of a lane that wait for an engine, each in one of these ways. */
export interface StandingLane {
  lane: Lane;
  /** Could be decided now, or within ten seconds. */
  waiting: Counted;
  /** Are looked at again later than that: Claude is away, or it is not their turn yet. */
  postponed: Counted;
  /** Wait for a Message Batch, or for its answer. */
  inBatches: Counted;
  /** Age in seconds of the one that waits longest; null when none does. */
  oldestSeconds: number | null;
}

/** What waits, for engines and for people. */
export interface StandingBacklog {
  lanes: StandingLane[];
  triaged: Counted;
  suggested: Counted;
}

/** Rows that are counted one by one, unless told otherwise. */
const MOST_COUNTED = 100_000;
/** Rows among which the oldest is looked for, from either end of a line. */
const LOOKED_AT = 1_000;
/** The sweep leaves the hint for a new ticket so long, and its time is not postponed by that. */
const SOON = sql`interval '10 seconds'`;

/**
 * How the backlog stands. Every part reads index entries up to a limit, so that ten million waiting tickets cost what a hundred
 * thousand do. The oldest is exact up to a thousand waiting tickets; beyond, it is the oldest of those that are next and of those
 * that came first.
 */
export async function readStandingBacklog(db: Db, { most } = { most: MOST_COUNTED }): Promise<StandingBacklog> {
  return whileAvailable(async () => {
    const lanes = [];
    for (const lane of Lane.options) lanes.push(await readLane(db, lane, most));
    const [triaged, suggested] = [await countIn(db, 'triaged', most), await countIn(db, 'suggested', most)];
    return { lanes, triaged, suggested };
  });
}

/** A lane in short. */
export interface LaneBacklog {
  lane: Lane;
  /** Everything in it that has no decision. */
  waiting: Counted;
  /** Age in seconds of the one that waits longest; null when none does. */
  oldestSeconds: number | null;
}

/** How much waits in each lane, whatever it waits for; of more than `most` it is said that there is more. */
export async function readBacklog(db: Db, { most }: { most: number }): Promise<LaneBacklog[]> {
  return whileAvailable(() =>
    Promise.all(Lane.options.map(async (lane) => inShort(await readLane(db, lane, most), most))),
  );
}

function inShort({ lane, waiting, postponed, inBatches, oldestSeconds }: StandingLane, most: number): LaneBacklog {
  const parts = [waiting, postponed, inBatches];
  const n = parts.reduce((sum, part) => sum + part.n, 0);
  return {
    lane,
    waiting: { n: Math.min(n, most), isMore: n > most || parts.some(({ isMore }) => isMore) },
    oldestSeconds,
  };
}

interface LaneRow {
  seen: number;
  soon: number;
  awaiting: number;
  inChunks: number;
  oldestSeconds: number | null;
}

async function readLane(db: Db, lane: Lane, most: number): Promise<StandingLane> {
  const waits = sql`state = 'received' and batch is null and lane = ${lane}`;
  const open = sql.raw(openStates.map((state) => `'${state}'`).join(', '));
  const [row] = await db.execute<LaneRow & Record<string, unknown>>(sql`
    with waiting as materialized (
      select due_at from tickets where ${waits} limit ${most + 1}
    ), oldest as (
      select min(revised_at) as at from (
        (select revised_at from tickets where ${waits} order by backfill_id, due_at limit ${LOOKED_AT})
        union all
        select revised_at from (
          select revised_at, lane from tickets where state = 'received' order by id limit ${LOOKED_AT}) as first
        where lane = ${lane}) as candidates
    )
    select count(*)::int as seen, (count(*) filter (where due_at <= now() + ${SOON}))::int as soon,
           (select extract(epoch from now() - at) from oldest)::float8 as "oldestSeconds",
           -- Only bulk goes by batches.
           (select count(*) from (
              select from tickets where state = 'received' and batch = 'awaiting' and ${lane} = 'bulk'
              limit ${most + 1}) as awaiting)::int as awaiting,
           (select coalesce(sum(tickets), 0) from batch_chunks
            where state in (${open}) and ${lane} = 'bulk')::int as "inChunks"
    from waiting`);
  const { seen, soon, awaiting, inChunks, oldestSeconds } = row ?? NONE;
  const isMore = seen > most;
  return {
    lane,
    waiting: { n: Math.min(soon, most), isMore: isMore && soon > 0 },
    postponed: { n: Math.min(seen - soon, most), isMore: isMore && soon < seen },
    inBatches: { n: Math.min(awaiting, most) + inChunks, isMore: awaiting > most },
    oldestSeconds,
  };
}

const NONE: LaneRow = { seen: 0, soon: 0, awaiting: 0, inChunks: 0, oldestSeconds: null };

async function countIn(db: Db, state: 'triaged' | 'suggested', most: number): Promise<Counted> {
  return countUpTo(db, sql`select from tickets where state = ${state}`, most);
}
