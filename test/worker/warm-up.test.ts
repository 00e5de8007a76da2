import type { SuggestRequest } from '@usher/core/engine';
import type { WarmUp } from '@usher/core/warm-up';
import { connectDatabase, type Database } from '@usher/db/connect';
import { createWarmUp } from '@usher/worker/warm-up';
import postgres, { type Sql } from 'postgres';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startClaudeServer } from '../support/claude-server.ts';
import { engineAgainst, failureOf } from '../support/claude-server-engine.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let own: TestDatabase;
let database: Database;
let sql: Sql;
beforeAll(async () => {
  own = await createTestDatabase();
  database = connectDatabase(own.url, { name: 'test' });
  sql = postgres(own.url, { max: 1, onnotice: () => {} });
});
afterAll(async () => {
  await sql.end();
  await database[Symbol.asyncDispose]();
  await own.drop();
});
beforeEach(async () => {
  await sql`delete from prompt_caches`;
});

const { signal } = new AbortController();
const arrival = { prefix: 'p', patienceMs: 0, signal };

/** Another process of the fleet. */
function process(now = () => 0): WarmUp {
  return createWarmUp({ db: database.db, now });
}

async function isLetIn(warmUp: WarmUp): Promise<boolean> {
  return warmUp.enter(arrival).then(
    () => true,
    () => false,
  );
}

test('of many requests in several processes one writes the prompt to the cache, and all others read it', async () => {
  await using server = await startClaudeServer();
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  server.script({ after: answered, behaviour: 'answer' });
  const fleet = [1, 2, 3].map(() => engineAgainst(server, { warmUp: createWarmUp({ db: database.db }) }));
  const asked: Partial<SuggestRequest> = { mayWait: false };
  const answers = fleet.flatMap(({ suggest }) => Array.from({ length: 5 }, () => suggest(asked)));
  await server.received(1);
  answer();

  const usages = (await Promise.all(answers)).flatMap(({ calls }) => calls.map(({ usage }) => usage));
  expect(usages).toHaveLength(15);
  expect(usages.filter((usage) => (usage?.cacheWrite1hTokens ?? 0) > 0)).toHaveLength(1);
  expect(usages.filter((usage) => (usage?.cacheReadTokens ?? 0) > 0)).toHaveLength(14);
});

test('whoever may come again gives its place back while another writes', async () => {
  await using server = await startClaudeServer();
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  server.script({ after: answered, behaviour: 'answer' });
  const writing = engineAgainst(server, { warmUp: process() }).suggest();
  await server.received(1);

  let time = 0;
  const impatient = engineAgainst(server, { warmUp: process(() => (time += 600)) });
  expect(await failureOf(impatient.suggest())).toMatchObject({ code: 'prompt_warming', retry: { afterMs: 1_000 } });
  expect(impatient.entered).toEqual([]);
  answer();
  expect((await writing).kind).toBe('suggested');
});

test('whoever fails to write gives the turn to the next', async () => {
  const [first, second] = [process(), process()];
  const turn = await first.enter(arrival);
  expect(await isLetIn(second)).toBe(false);
  await turn.end(false);
  expect(await isLetIn(process())).toBe(true);
});

test('a turn that nobody ended goes to the next after a while', async () => {
  await process().enter(arrival);
  expect(await isLetIn(process())).toBe(false);
  await sql`update prompt_caches set turn_until = now() - interval '1 second'`;
  expect(await isLetIn(process())).toBe(true);
});

test('once it is written everybody goes, until the hour is over without a use', async () => {
  let time = 0;
  const warmUp = process(() => time);
  await (await warmUp.enter(arrival)).end(true);
  for (const other of [warmUp, process(), process()]) expect(await isLetIn(other)).toBe(true);

  time += 50 * 60_000;
  await (await warmUp.enter(arrival)).end(true);
  time += 50 * 60_000;
  expect(await isLetIn(warmUp)).toBe(true);
  expect(await isLetIn(warmUp)).toBe(true);

  await sql`update prompt_caches set warm_until = now() - interval '1 second'`;
  time += 50 * 60_000;
  expect(await isLetIn(warmUp)).toBe(true);
  expect(await isLetIn(process())).toBe(false);
});

test('each static part, model and account has turns of its own', async () => {
  await process().enter(arrival);
  expect(await process().enter({ ...arrival, prefix: 'another' })).toBeDefined();
});

test('while Postgres is away everybody goes', async () => {
  await using away = connectDatabase('postgres://127.0.0.1:1/none', { name: 'test' });
  const warmUp = createWarmUp({ db: away.db });
  for (const turn of [await warmUp.enter(arrival), await warmUp.enter(arrival)]) await turn.end(true);
});
