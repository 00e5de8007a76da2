import { eq, isNotNull, sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { EVERYBODYS_PURSE } from './schema/operations.ts';
import { sources } from './schema/sources.ts';

/** What one call may cost, and who pays. Amounts are whole micro-dollars. */
export interface MoneyWish {
  /** What everybody together may spend on a day; null is no limit. */
  dailyMicroUsd: number | null;
  /** The source whose own limit counts too; null where no source pays. */
  sourceId: number | null;
  worstMicroUsd: number;
}

/** How one purse stands after something was taken or returned: 0 is everybody's, the others have their source's number. */
export interface PurseStanding {
  purse: number;
  spentMicroUsd: number;
  limitMicroUsd: number;
}

/** What was taken: from which purses, on which day (UTC, `2026-11-23`). */
export interface Taken {
  kind: 'taken';
  day: string;
  purses: readonly PurseStanding[];
}

/** The worst case does not fit into what is left of these purses today; nothing was taken. */
export interface Spent {
  kind: 'spent';
  day: string;
  purses: readonly PurseStanding[];
  /** Milliseconds until the next day begins. */
  freshInMs: number;
}

/**
 * Takes the worst case of a call from everybody's purse and from its source's, or from none. All takers take turns at a
 * purse, so that no limit is ever passed by what calls may cost at worst. The day is the database's, in UTC.
 */
export async function takeMoney(db: Db, wish: MoneyWish): Promise<Taken | Spent> {
  return whileAvailable(async () => {
    for (;;) {
      const [row] = await db.execute<TakeRow>(takeStatement(wish));
      if (row === undefined) throw new Error('the purses did not answer');
      const { day, wanted, purses, misfits, freshInMs } = row;
      if (purses.length < wanted) await openPurses(db, wish);
      else if (misfits.length > 0) return { kind: 'spent', day, purses: misfits, freshInMs };
      else return { kind: 'taken', day, purses };
    }
  });
}

interface TakeRow extends Record<string, unknown> {
  day: string;
  /** How many purses have a limit. */
  wanted: number;
  purses: PurseStanding[];
  misfits: PurseStanding[];
  freshInMs: number;
}

function takeStatement(wish: MoneyWish) {
  const standing = (spent: string) =>
    sql.raw(`json_build_object('purse', purse, 'spentMicroUsd', ${spent}, 'limitMicroUsd', most)`);
  const worst = sql`${wish.worstMicroUsd}::bigint`;
  return sql`
    with limits as materialized (${limitsOf(wish)}),
    held as materialized (
      -- Always everybody's purse first, so that takers never wait for each other in a circle.
      select spending.purse, spending.spent_micro_usd as spent, limits.most
      from spending join limits on limits.purse = spending.purse
      where spending.day = ${today}
      order by spending.purse
      for update of spending),
    verdict as materialized (
      select count(*) = (select count(*) from limits) and bool_and(spent + ${worst} <= most) as fits from held),
    taken as (
      update spending set spent_micro_usd = spending.spent_micro_usd + ${worst}
      from held, verdict
      where spending.day = ${today} and spending.purse = held.purse and verdict.fits
      returning spending.purse)
    select ${today}::text as day,
      (select count(*)::int from limits) as wanted,
      coalesce((select json_agg(${standing(`spent + case when fits then ${wish.worstMicroUsd} else 0 end`)}) from held, verdict), '[]') as purses,
      coalesce((select json_agg(${standing('spent')}) from held where spent + ${worst} > most), '[]') as misfits,
      ${untilTomorrow} as "freshInMs",
      (select count(*) from taken) as rows`;
}

const today = sql`(now() at time zone 'utc')::date`;
const untilTomorrow = sql`ceil(extract(epoch from (${today} + 1)::timestamp - now() at time zone 'utc') * 1000)::float8`;

function limitsOf({ dailyMicroUsd, sourceId }: MoneyWish) {
  return sql`
    select ${EVERYBODYS_PURSE}::int as purse, ${dailyMicroUsd}::bigint as most where ${dailyMicroUsd}::bigint is not null
    union all
    select id, daily_micro_usd from sources where id = ${sourceId}::int and daily_micro_usd is not null`;
}

async function openPurses(db: Db, wish: MoneyWish): Promise<void> {
  await db.execute(sql`
    insert into spending (day, purse) select ${today}, purse from (${limitsOf(wish)}) as limits
    on conflict do nothing`);
}

/** Returns to purses what a call did not cost, or takes what it cost beyond its worst case. */
export async function returnMoney(db: Db, { day, purses }: Taken, microUsd: number): Promise<PurseStanding[]> {
  const names = purses.map(({ purse }) => purse);
  if (names.length === 0) return [];
  const rows = await whileAvailable(() =>
    db.execute<{ purse: number; spentMicroUsd: number }>(sql`
      with held as materialized (
        select purse from spending
        where day = ${day}::date and purse in ${names}
        order by purse for update)
      update spending set spent_micro_usd = greatest(0, spent_micro_usd - ${microUsd}::bigint)
      from held where spending.day = ${day}::date and spending.purse = held.purse
      returning spending.purse, spent_micro_usd::float8 as "spentMicroUsd"`),
  );
  return purses.flatMap(({ purse, limitMicroUsd }) => {
    const row = rows.find((candidate) => candidate.purse === purse);
    return row === undefined ? [] : [{ purse, limitMicroUsd, spentMicroUsd: row.spentMicroUsd }];
  });
}

/** Notes that alerts are given up to a part of a purse's limit, in percent; answers up to which they were given before. */
export async function noteAlert(
  db: Db,
  { day, purse, percent }: { day: string; purse: number; percent: number },
): Promise<number> {
  const [noted] = await whileAvailable(() =>
    db.execute<{ before: number }>(sql`
      with before as materialized (
        select told_percent from spending where day = ${day}::date and purse = ${purse} for update)
      update spending set told_percent = greatest(before.told_percent, ${percent}::smallint)
      from before where day = ${day}::date and purse = ${purse}
      returning before.told_percent as before`),
  );
  return noted?.before ?? percent;
}

/** Sets what a source's tickets may cost on one day, in micro-dollars; null removes the limit. */
export async function setDailyLimit(db: Db, sourceId: number, dailyMicroUsd: number | null): Promise<void> {
  await whileAvailable(() => db.update(sources).set({ dailyMicroUsd }).where(eq(sources.id, sourceId)));
}

/** The sources that have a limit of their own. */
export async function limitedSources(db: Db): Promise<{ sourceId: number; name: string; dailyMicroUsd: number }[]> {
  const rows = await whileAvailable(() =>
    db
      .select({ sourceId: sources.id, name: sources.name, dailyMicroUsd: sources.dailyMicroUsd })
      .from(sources)
      .where(isNotNull(sources.dailyMicroUsd)),
  );
  return rows.flatMap(({ dailyMicroUsd, ...row }) => (dailyMicroUsd === null ? [] : [{ ...row, dailyMicroUsd }]));
}

/** What each purse spent today, with what calls in flight may cost at most. Purses without a limit are not counted. */
export async function spentToday(db: Db): Promise<{ purse: number; spentMicroUsd: number }[]> {
  return whileAvailable(() =>
    db.execute<{ purse: number; spentMicroUsd: number }>(sql`
      select purse, spent_micro_usd::float8 as "spentMicroUsd" from spending where day = ${today} order by purse`),
  );
}
