import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { PostgresConnection } from 'bullmq';
import type { BudgetOptions, BudgetScripts, Verb } from './store.ts';
import { givenOf } from './wire.ts';

type Connections = PostgresConnection['pool'];

const statements = readFileSync(new URL('budget.sql', import.meta.url), 'utf8');
const digest = createHash('sha1').update(statements).digest('hex');
/** Makes concurrent starters take turns; any number that nobody else uses. */
const LOCK = 7_281_064_533;

/** The budget in Postgres: a schema of its own, made on the way by one process at a time, and one function a verb. */
export function openPostgresScripts(url: string, { onTrouble, now }: BudgetOptions): BudgetScripts {
  const connection = new PostgresConnection({
    connectionString: url,
    // All verbs of a pool wait for the same row: more connections would only wait in Postgres instead of here.
    max: 1,
    connectionTimeoutMillis: 5_000,
    query_timeout: 5_000,
    keepAlive: true,
    // A crash costs the memory of the last moments, after which the budget starts at a tenth anyway. The tables grow
    // and shrink faster than statistics follow: the indexes are always right.
    options: '-c synchronous_commit=off -c enable_seqscan=off',
  });
  connection.on('error', (error: Error) => onTrouble?.(error));
  let installing: Promise<void> | undefined;
  const installed = () =>
    (installing ??= install(connection.pool).catch((error: unknown) => {
      installing = undefined;
      throw error;
    }));

  return {
    async run(verb, { account, model, ...limits }, args) {
      await installed();
      const values = [givenOf({ account, model, ...limits }), account, model, now?.() ?? null, ...args];
      return numbersOf(await connection.pool.query(callOf(verb, args.length), values));
    },
    [Symbol.asyncDispose]: () => connection.close(),
  };
}

function callOf(verb: Verb, count: number): string {
  const rest = Array.from({ length: count }, (_, index) => `, $${index + 5}`).join('');
  return `select usher_budget.${verb}(jsonb_populate_record(null::usher_budget.given, $1), $2, $3, $4::float8${rest}) as answer`;
}

function numbersOf({ rows: [row] }: { rows: { answer?: unknown }[] }): number[] {
  return Array.isArray(row?.answer) ? row.answer.map(Number) : [];
}

/** The schema's comment names the statements that made it; another version's is replaced, and its memory with it. */
async function install(connections: Connections): Promise<void> {
  const client = await connections.connect();
  try {
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock($1)', [LOCK]);
    const { rows } = await client.query(
      `select obj_description(oid, 'pg_namespace') as digest from pg_namespace where nspname = 'usher_budget'`,
    );
    if (rows[0]?.['digest'] !== digest) {
      await client.query(statements);
      await client.query(`comment on schema usher_budget is '${digest}'`);
    }
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}
