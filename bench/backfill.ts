import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import postgres from 'postgres';
import { BROKEN_EVERY, writeHistory } from './backfill/history.ts';
import type { Benchmark, Finding } from './benchmark.ts';
import { peakMegabytes } from './load/server.ts';
import { processorTime, spentBetween } from './processor-time.ts';
import { type Services, startServices } from './services.ts';

const MAIN = new URL('../apps/cli/src/main.ts', import.meta.url).pathname;
const CACHE = resolve(import.meta.dirname, '../.cache');
const ROWS = { whole: 1_000_000, quick: 50_000 };

/** How fast a history comes from a file into Postgres, and how much memory that takes. */
export const backfill: Benchmark = {
  name: 'backfill',
  about:
    '1,000,000 rows of CSV, 1 % of them broken, into waiting tickets, beside COPY of the same file into a bare table',
  async run(progress, size) {
    const rows = ROWS[size];
    const path = resolve(CACHE, `bench-history-${process.pid}.csv`);
    await mkdir(CACHE, { recursive: true });
    try {
      progress(`writing ${rows} rows`);
      await writeHistory(path, rows);
      await using services = await startServices();
      progress('COPY into a bare table');
      const copySeconds = await copyPlainly(services, path);
      progress('usher backfill');
      const ours = await importByUsher(services, path);
      const rejects = await countLines(`${path}.rejects.jsonl`);
      return findingsOf({ rows, copySeconds, ...ours, rejects });
    } finally {
      await Promise.all([path, `${path}.rejects.jsonl`].map((file) => rm(file, { force: true })));
    }
  },
};

async function copyPlainly({ databaseUrl }: Services, path: string): Promise<number> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  await sql`create table bench_bare (ticket_id text, subject text, body text, requester text, created_at text)`;
  const startedMs = performance.now();
  const copying = await sql`copy bench_bare from stdin with (format csv, header)`.writable();
  await pipeline(createReadStream(path, { highWaterMark: 262_144 }), copying);
  const seconds = (performance.now() - startedMs) / 1_000;
  await sql`drop table bench_bare`;
  await sql.end();
  return seconds;
}

interface Ours {
  seconds: number;
  /** Processor time, in words. */
  spent: string | undefined;
  peakMb: number | null;
  /** After a quarter of the time. */
  earlyMb: number | null;
  stored: number;
}

async function importByUsher({ databaseUrl, redisUrl }: Services, path: string): Promise<Ours> {
  const env = { ...process.env, DATABASE_URL: databaseUrl, QUEUE_URL: redisUrl };
  const before = await processorTime();
  const startedMs = performance.now();
  const child = spawn(process.execPath, [MAIN, 'backfill', path, '--json'], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const peaks: { atMs: number; mb: number }[] = [];
  const look = setInterval(() => {
    void peakMegabytes(child.pid ?? 0).then(
      (mb) => mb !== null && peaks.push({ atMs: performance.now() - startedMs, mb }),
    );
  }, 100);
  const [code]: unknown[] = await once(child, 'exit');
  clearInterval(look);
  if (code !== 0) throw new Error(`usher backfill ended with ${String(code)}`);
  const tookMs = performance.now() - startedMs;
  const spent = spentBetween(before, await processorTime());
  const sql = postgres(databaseUrl, { max: 1 });
  const [row] = await sql<{ stored: number }[]>`select count(*)::int as stored from tickets`;
  await sql.end();
  const early = peaks.findLast(({ atMs }) => atMs <= tookMs / 4);
  return {
    seconds: tookMs / 1_000,
    spent,
    peakMb: peaks.at(-1)?.mb ?? null,
    earlyMb: early?.mb ?? null,
    stored: row?.stored ?? 0,
  };
}

async function countLines(path: string): Promise<number> {
  return (await readFile(path, 'utf8')).split('\n').length - 1;
}

function findingsOf({
  rows,
  copySeconds,
  seconds,
  spent,
  peakMb,
  earlyMb,
  stored,
  rejects,
}: Ours & Record<'rows' | 'copySeconds' | 'rejects', number>): Finding[] {
  const base = { interval: null, n: rows, peers: [] } as const;
  const broken = Math.floor(rows / BROKEN_EVERY);
  const isRight = rejects === broken && stored === rows - broken;
  return [
    {
      ...base,
      figure: 'rows',
      value: rows / seconds,
      unit: 'a second',
      goal: null,
      peers: [{ name: 'COPY', value: rows / copySeconds }],
      ...(spent === undefined ? {} : { note: spent }),
    },
    { ...base, figure: 'beside COPY', value: copySeconds / seconds, unit: 'times', goal: { atLeast: 0.4 } },
    {
      ...base,
      figure: 'most memory',
      value: peakMb,
      unit: 'megabytes',
      goal: { atMost: 200 },
      peers: [{ name: 'after a quarter', value: earlyMb }],
    },
    {
      ...base,
      figure: 'every usable row stored, every broken one rejected',
      value: isRight ? 1 : 0,
      unit: 'yes',
      goal: { atLeast: 1 },
    },
  ];
}
