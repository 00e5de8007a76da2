import { setTimeout as pause } from 'node:timers/promises';
import { publishTaxonomy } from '@usher/db/taxonomies';
import { connectDatabase } from '@usher/db/connect';
import { rollUp } from '@usher/db/rollup/roll-up';
import { startClaudeServer } from '@usher/test/support/claude-server';
import { desk } from '@usher/test/support/claude-server-desk';
import { Redis } from 'ioredis';
import postgres from 'postgres';
import type { Benchmark, Finding } from './benchmark.ts';
import { latenciesOf, openLoad, quantile } from './load/open.ts';
import { startServer } from './load/server.ts';
import { type Services, startServices } from './services.ts';

const KEY = 'key-of-the-backlog-benchmark-0123456789';
const API = new URL('../apps/api/src/main.ts', import.meta.url).pathname;
const WORKER = new URL('../apps/worker/src/main.ts', import.meta.url).pathname;
const CLAUDE_MS = 300;
/** So much that the budget never waits. */
const MUCH = '100000000';
const TICKETS = { whole: 5_000_000, quick: 100_000 };
/** Live tickets a second while it is measured. */
const RATE = 20;
const LOOKS = 7;
const REPORTS = ['/v1/reports/accuracy', '/v1/reports/volume', '/v1/tickets?limit=50', '/v1/tickets?state=received'];

/** What a large backlog costs those who wait now. */
export const backlog: Benchmark = {
  name: 'backlog',
  about:
    'millions of waiting tickets beside an empty system: memory of Redis, live latency, reports; Claude takes 300 ms',
  async run(progress, size) {
    await using services = await startServices();
    await using database = connectDatabase(services.databaseUrl, { name: 'bench' });
    await publishTaxonomy(database.db, desk, { actor: 'bench' });
    const settings = {
      DATABASE_URL: services.databaseUrl,
      QUEUE_URL: services.redisUrl,
      USHER_API_KEY: KEY,
      USHER_LOG_LEVEL: 'error',
    };
    await using api = await startServer(API, settings);
    await using claude = await startClaudeServer({ latencyMs: CLAUDE_MS, keepsRequests: false });
    await using running = new AsyncDisposableStack();
    running.use(await startServer(WORKER, { ...settings, ...claudeSettings(claude.url) }, 'USHER_METRICS_PORT'));
    const forMs = size === 'quick' ? 5_000 : 30_000;
    progress('an empty system');
    await measure(services, { port: api.port, forMs: 3_000 });
    const empty = await measure(services, { port: api.port, forMs });
    progress(`${TICKETS[size]} tickets begin to wait`);
    await wait(services, TICKETS[size], progress);
    progress('the reports count them');
    while ((await rollUp(database.db, { mostMs: 10_000, patienceMs: 2_000 })) > 0);
    progress('the same beside them');
    const full = await measure(services, { port: api.port, forMs });
    return findingsOf(TICKETS[size], empty, full);
  },
};

function claudeSettings(url: string): Record<string, string> {
  const limits = { USHER_RPM: MUCH, USHER_ITPM: MUCH, USHER_OTPM: MUCH, USHER_DAILY_USD: '10000' };
  return { USHER_ENGINE: 'claude', ANTHROPIC_API_KEY: 'bench', ANTHROPIC_BASE_URL: url, ...limits };
}

interface Measured {
  redisMb: number;
  live: { p50: number; p99: number; n: number };
  /** One for each report. */
  reportMs: number[];
}

async function measure({ redisUrl }: Services, { port, forMs }: { port: number; forMs: number }): Promise<Measured> {
  // New ids in every run; the sender waits for the decision.
  const run = performance.now();
  const head = `POST /ticket-webhook HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${KEY}\r\nPrefer: wait=20\r\nContent-Type: application/json\r\n`;
  const requestOf = (number: number) => {
    const json = JSON.stringify({
      ticket_id: `${run}-${number}`,
      subject: 'Charged twice',
      // Nobody asks Claude twice about the same text.
      body: `Please refund one of the two payments of order ${run}-${number}.`,
    });
    return `${head}Content-Length: ${json.length}\r\n\r\n${json}`;
  };
  const live = latenciesOf(await openLoad({ port, requestOf, rate: RATE, forMs }));
  return { redisMb: await redisMegabytes(redisUrl), live, reportMs: await reportMilliseconds(port) };
}

async function redisMegabytes(url: string): Promise<number> {
  const redis = new Redis(url);
  const memory = await redis.info('memory');
  redis.disconnect();
  return Number(/used_memory:(\d+)/.exec(memory)?.[1] ?? 0) / 1_048_576;
}

/** The median of several looks, for each report. */
async function reportMilliseconds(port: number): Promise<number[]> {
  const medians: number[] = [];
  for (const path of REPORTS) {
    const times: number[] = [];
    for (let look = 0; look < LOOKS; look += 1) {
      const startedMs = performance.now();
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { Authorization: `Bearer ${KEY}` } });
      await answer.arrayBuffer();
      if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
      times.push(performance.now() - startedMs);
    }
    times.sort((one, other) => one - other);
    medians.push(quantile(times, 0.5));
  }
  return medians;
}

/** As a backfill leaves them; written by Postgres itself, because reading a file is for another benchmark. */
async function wait({ databaseUrl }: Services, tickets: number, progress: (text: string) => void): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  const [source] = await sql<{ id: number }[]>`
    insert into sources (name) values ('history') on conflict (name) do update set name = excluded.name returning id`;
  const [made] = await sql<{ id: number }[]>`
    insert into backfills (source_id, file, fingerprint, options) values (${source?.id ?? 0}, 'bench', 'bench', '{}') returning id`;
  for (let stored = 0; stored < tickets; stored += 100_000) {
    await sql`
      insert into tickets (source_id, external_id, subject, body, text_hash, metadata, lane, backfill_id, due_at)
      select ${source?.id ?? 0}, 'H-' || n, 'Charged twice', repeat('I was charged twice for order ' || n || '. ', 4),
             md5(n::text), '{}', 'bulk', ${made?.id ?? 0}, now()
      from generate_series(${stored + 1}::int, ${Math.min(tickets, stored + 100_000)}::int) as n`;
    if (stored % 1_000_000 === 0) progress(`${stored} of ${tickets}`);
  }
  await sql`vacuum analyze tickets`;
  await sql`checkpoint`;
  await sql.end();
  // The feeder's next look.
  await pause(8_000);
}

function findingsOf(tickets: number, empty: Measured, full: Measured): Finding[] {
  const base = { interval: null } as const;
  const beside = (value: number) => [{ name: 'empty', value }];
  return [
    {
      ...base,
      figure: 'memory of Redis',
      value: full.redisMb,
      unit: 'megabytes',
      n: tickets,
      goal: { atMost: 64 },
      peers: beside(empty.redisMb),
    },
    {
      ...base,
      figure: `live p99 until the decision, ${RATE}/s`,
      value: full.live.p99,
      unit: 'milliseconds',
      n: full.live.n,
      goal: { atMost: 1.5 * empty.live.p99 },
      peers: beside(empty.live.p99),
    },
    {
      ...base,
      figure: 'live p50',
      value: full.live.p50,
      unit: 'milliseconds',
      n: full.live.n,
      goal: null,
      peers: beside(empty.live.p50),
    },
    ...REPORTS.map((path, at): Finding => {
      const [before = 0, now = 0] = [empty.reportMs[at], full.reportMs[at]];
      return {
        ...base,
        figure: path,
        value: now,
        unit: 'milliseconds',
        n: LOOKS,
        goal: { atMost: 1.5 * before },
        peers: beside(before),
      };
    }),
  ];
}
