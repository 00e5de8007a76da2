import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, expect, test, vi } from 'vitest';
import { createTestDatabase } from '../../support/postgres.ts';

const own = await createTestDatabase();
const sql = postgres(own.url, { max: 1, onnotice: () => {} });
const folder = await mkdtemp(join(tmpdir(), 'usher-killed-'));
afterAll(async () => {
  await sql.end();
  await Promise.all([own.drop(), rm(folder, { recursive: true, force: true })]);
});

const MAIN = new URL('../../../apps/cli/src/main.ts', import.meta.url).pathname;
const ROWS = 40_000;
/** Every hundredth row has no id, and every two hundredth has a quote that is never closed. */
const isBroken = (row: number) => row % 100 === 0;

function rowOf(row: number): string {
  if (row % 200 === 0) return `K-${row},"never closed,text\n`;
  if (isBroken(row)) return `,no id,text\n`;
  return `K-${row},Subject ${row},"Text ${row}\nwith two lines and ""quotes"""\n`;
}

async function run(path: string): Promise<ChildProcess> {
  const env = { ...process.env, DATABASE_URL: own.url };
  return spawn(process.execPath, [MAIN, 'backfill', path, '--json'], { env, stdio: 'ignore', cwd: folder });
}

async function readSoFar(): Promise<number> {
  const [backfill] = await sql<{ position: string }[]>`select position from backfills`;
  return Number(backfill?.position ?? 0);
}

test('a backfill that is killed again and again ends with every row once and exactly the broken ones rejected', async () => {
  const path = join(folder, 'history.csv');
  const rows = Array.from({ length: ROWS }, (_, at) => rowOf(at + 1));
  await writeFile(path, `ticket_id,subject,body\n${rows.join('')}`);

  for (const killAfterMs of [0, 50]) {
    const before = await readSoFar();
    const killed = await run(path);
    const ended = once(killed, 'exit');
    await vi.waitFor(async () => expect(await readSoFar()).toBeGreaterThan(before), { timeout: 40_000, interval: 5 });
    setTimeout(() => killed.kill('SIGKILL'), killAfterMs);
    await ended;
  }
  expect(await readSoFar()).toBeGreaterThan(0);
  const [code] = await once(await run(path), 'exit');
  expect(code).toBe(0);

  const broken = Array.from({ length: ROWS }, (_, at) => at + 1).filter(isBroken);
  const [stored] = await sql`
    select count(*)::int, count(distinct external_id)::int as ids,
           count(*) filter (where body = 'Text ' || substr(external_id, 3) || E'\nwith two lines and "quotes"')::int as whole
    from tickets`;
  const usable = ROWS - broken.length;
  expect(stored).toEqual({ count: usable, ids: usable, whole: usable });
  const [counts] = await sql`select state, position::int, created::int, refused::int, duplicate::int from backfills`;
  expect(counts).toEqual({ state: 'imported', position: ROWS, created: usable, refused: broken.length, duplicate: 0 });

  // The first line names the columns; whole rows take two lines of the file, broken ones one.
  const startsAt = new Map<number, number>();
  for (let row = 1, line = 2; row <= ROWS; line += isBroken(row) ? 1 : 2, row += 1) startsAt.set(row, line);
  const rejects = (await readFile(`${path}.rejects.jsonl`, 'utf8')).trim().split('\n');
  const told = rejects.map((reject) => Number(/"line":(\d+)/.exec(reject)?.[1]));
  expect(told).toEqual(broken.map((row) => startsAt.get(row)));
}, 120_000);
