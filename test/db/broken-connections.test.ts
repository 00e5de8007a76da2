import { writeAudit } from '@usher/db/audit';
import { connectDatabase, type Db } from '@usher/db/connect';
import { DatabaseUnavailable, isDatabaseAway } from '@usher/db/failures';
import { migrate } from '@usher/db/migrate';
import { ping } from '@usher/db/ping';
import { ensureSource } from '@usher/db/sources';
import postgres from 'postgres';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { startPrivatePostgres } from '../support/postgres.ts';
import { startLoad } from './load.ts';

const CONNECTIONS = 10;
const BREAKS = 8;
const CALLS_BETWEEN = 60;

// A server of its own: a backend that is killed takes all others with it.
const server = await startPrivatePostgres();
await migrate(server.url);
const observer = postgres(server.url, { max: 1, onnotice: () => {}, backoff: () => 0.05 });
afterAll(async () => {
  await observer.end({ timeout: 1 });
  await server[Symbol.asyncDispose]();
});

const uncaught: unknown[] = [];
const collect = (thrown: unknown) => void uncaught.push(thrown);
process.on('uncaughtException', collect).on('unhandledRejection', collect);
afterAll(() => void process.off('uncaughtException', collect).off('unhandledRejection', collect));
afterEach(() => expect(uncaught.splice(0)).toEqual([]));

async function aBackendOf(name: string): Promise<number> {
  const [backend] = await observer<{ pid: number }[]>`
    select pid from pg_stat_activity where application_name = ${name} order by (state = 'idle in transaction') desc limit 1`;
  return backend?.pid ?? 0;
}

test.each([
  ['are terminated', 'SIGTERM'],
  ['are killed', 'SIGKILL'],
] as const)(
  'while backends %s under load, calls are answered or say that Postgres is away, and work holds wholly or not at all',
  async (name, signal) => {
    await using database = connectDatabase(server.url, { name, connections: CONNECTIONS });
    const { db } = database;
    const { id: sourceId } = await ensureSource(db, name.replaceAll(' ', '-'));
    const { tally, end } = await startLoad(db, sourceId);
    for (let broken = 0; broken < BREAKS; broken += 1) {
      const enough = tally.answered + CALLS_BETWEEN;
      await vi.waitUntil(() => tally.answered >= enough, { timeout: 10_000, interval: 5 });
      // Nobody can be asked while the server recovers.
      const pid = await vi.waitUntil(() => aBackendOf(name).catch(() => 0), { timeout: 10_000, interval: 20 });
      process.kill(pid, signal);
    }
    const enough = tally.answered + CALLS_BETWEEN;
    await vi.waitUntil(() => tally.answered >= enough, { timeout: 10_000, interval: 5 });
    await end();

    expect(tally.thrown.length).toBeGreaterThan(0);
    expect(tally.thrown.filter((thrown) => !(thrown instanceof DatabaseUnavailable))).toEqual([]);
    expect(await halfWork(sourceId)).toEqual([]);
    expect(await missing(tally)).toEqual([]);
    await useAllAtOnce(db);
  },
);

test('what a broken transaction still asks for is refused and never runs on the connection that comes after it', async () => {
  await using database = connectDatabase(server.url, { name: 'broken', connections: 1 });
  const { db } = database;
  const late = Promise.withResolvers<unknown>();
  const transaction = db.transaction(async (tx) => {
    process.kill(await aBackendOf('broken'), 'SIGTERM');
    const isAnswered = () =>
      ping(db).then(
        () => true,
        () => false,
      );
    // With one connection this waits for the next socket: then the transaction's own is long gone.
    await vi.waitUntil(isAnswered, { timeout: 10_000, interval: 20 });
    const fact = { actor: 'late', verb: 'none', subject: 'none' };
    await writeAudit(tx, fact).then(() => late.resolve('it ran'), late.resolve);
  });
  await expect(transaction).rejects.toSatisfy(isDatabaseAway);
  expect(await late.promise).toSatisfy(isDatabaseAway);
  expect([...(await observer`select actor from audit where actor = 'late'`)]).toEqual([]);
});

/** Resolves when as many transactions as the pool has connections were open at the same time: then none was lost. */
async function useAllAtOnce(db: Db): Promise<void> {
  const all = Promise.withResolvers<void>();
  let open = 0;
  const hold = () =>
    db.transaction(async (tx) => {
      await ping(tx);
      open += 1;
      if (open === CONNECTIONS) all.resolve();
      await all.promise;
    });
  await Promise.all(Array.from({ length: CONNECTIONS }, hold));
}

/** Tickets whose corrections lack their decision, example or audit row, or whose revisions are not all there. */
async function halfWork(sourceId: number): Promise<unknown[]> {
  const rows = await observer`
    select * from (
      select id, revision,
        (select count(*) from corrections where ticket_id = tickets.id) as corrections,
        (select count(*) from decisions where ticket_id = tickets.id) as decisions,
        (select count(*) from examples where ticket_id = tickets.id) as examples,
        (select count(*) from examples where ticket_id = tickets.id and retired_at is null) as active,
        (select count(*) from audit where subject = 'ticket ' || tickets.id) as audited,
        (select count(*) from ticket_revisions where ticket_id = tickets.id) as older
      from tickets where source_id = ${sourceId}
    ) as counted
    where decisions <> corrections or examples <> corrections or audited <> corrections
      or active <> least(corrections, 1) or older <> revision - 1`;
  return [...rows];
}

/** What was said to be stored and is not. */
async function missing({ corrections, revisions }: { corrections: number[]; revisions: string[] }): Promise<unknown[]> {
  const stored = await observer<{ key: string }[]>`
    select id::text as key from corrections
    union all select id || ':' || revision from tickets
    union all select ticket_id || ':' || revision from ticket_revisions`;
  const keys = new Set(stored.map(({ key }) => key));
  return [...corrections.map(String), ...revisions].filter((key) => !keys.has(key));
}
