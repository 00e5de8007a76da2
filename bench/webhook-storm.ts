import { setTimeout as pause } from 'node:timers/promises';
import { connectDatabase } from '@usher/db/connect';
import { publishTaxonomy } from '@usher/db/taxonomies';
import { startClaudeServer } from '@usher/test/support/claude-server';
import { desk } from '@usher/test/support/claude-server-desk';
import postgres from 'postgres';
import type { Benchmark, Finding, Size } from './benchmark.ts';
import { peakMegabytes, type Server, startServer } from './load/server.ts';
import { type Services, startServices } from './services.ts';
import { type Outcome, ticketIdOf } from './webhook-storm/messages.ts';
import { send } from './webhook-storm/send.ts';

const KEY = 'key-of-the-storm-benchmark-0123456789';
const API = new URL('../apps/api/src/main.ts', import.meta.url).pathname;
const WORKER = new URL('../apps/worker/src/main.ts', import.meta.url).pathname;
const CLAUDE_MS = 300;
const CALM_CONNECTIONS = 64;
/** More than the API lets in at the same time, so that its bound is met. */
const STORM_CONNECTIONS = 6_000;
const TIMES = 20;
const CALM_MS = 8_000;
const STORM_MS: Record<Size, number> = { whole: 30_000, quick: 5_000 };
/** A probe that takes longer than this means that the storm is not over. */
const PROBE_MS = 1_000;
const PROBES_END_MS = 60_000;

/** What a storm of webhooks breaks. */
export const webhookStorm: Benchmark = {
  name: 'webhook-storm',
  about: `POST /ticket-webhook at ${TIMES} times the rate that one API process sustains, with a worker beside it`,
  async run(progress, size) {
    await using services = await startServices();
    await using database = connectDatabase(services.databaseUrl, { name: 'bench' });
    await publishTaxonomy(database.db, desk, { actor: 'bench' });
    await using claude = await startClaudeServer({ latencyMs: CLAUDE_MS, keepsRequests: false });
    await using api = await startServer(API, settingsOf(services));
    const workerSettings = { ...settingsOf(services), ...claudeSettings(claude.url) };
    await using worker = await startServer(WORKER, workerSettings, 'USHER_METRICS_PORT');
    progress(`${CALM_CONNECTIONS} senders that wait for their answers, worker ${worker.pid} beside them`);
    const calm = await calmRate(api);
    progress(`${Math.round(calm)} requests a second are sustained; now ${TIMES} times as many`);
    const after = await weather({ api, rate: TIMES * calm, forMs: STORM_MS[size] });
    progress(`answers: ${JSON.stringify(after.outcome.answers)}; looking for every ticket answered 202`);
    const missing = await countMissing(services, after.outcome.acknowledged);
    return findingsOf({ ...after, calm, missing, forMs: STORM_MS[size], peakMb: await peakMegabytes(api.pid) });
  },
};

function settingsOf({ databaseUrl, redisUrl }: Services): Record<string, string> {
  return { DATABASE_URL: databaseUrl, QUEUE_URL: redisUrl, USHER_API_KEY: KEY, USHER_LOG_LEVEL: 'error' };
}

function claudeSettings(url: string): Record<string, string> {
  return { USHER_ENGINE: 'claude', USHER_CONCURRENCY: '4', ANTHROPIC_API_KEY: 'bench', ANTHROPIC_BASE_URL: url };
}

async function calmRate({ port }: Server): Promise<number> {
  const orders = { kind: 'closed', port, key: KEY, connections: CALM_CONNECTIONS, forMs: CALM_MS } as const;
  for await (const told of send(orders)) if (told.kind === 'rate') return told.rate;
  throw new Error('the sender told no rate');
}

interface Storm {
  api: Server;
  rate: number;
  forMs: number;
}

interface Weathered {
  outcome: Outcome;
  /** From the end of the storm; null where it did not recover in a minute. */
  recoveredMs: number | null;
}

async function weather({ api: { port }, rate, forMs }: Storm): Promise<Weathered> {
  const orders = { kind: 'storm', port, key: KEY, rate, connections: STORM_CONNECTIONS, forMs } as const;
  let recovering: Promise<number | null> = Promise.resolve(null);
  for await (const told of send(orders)) {
    if (told.kind === 'ceased') recovering = recovery(port);
    if (told.kind === 'outcome') return { outcome: told.outcome, recoveredMs: await recovering };
  }
  throw new Error('the sender told no outcome');
}

/** Milliseconds until a ticket over a connection of its own is answered 202 in less than a second. */
async function recovery(port: number): Promise<number | null> {
  const startedMs = performance.now();
  for (let probe = 0; performance.now() - startedMs < PROBES_END_MS; probe += 1) {
    const response = await fetch(`http://127.0.0.1:${port}/ticket-webhook`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${KEY}`, 'Content-Type': 'application/json', Connection: 'close' },
      body: JSON.stringify({ ticket_id: `probe-${probe}`, subject: 'Is it over?', body: 'The storm, I mean.' }),
      signal: AbortSignal.timeout(PROBE_MS),
    }).catch(() => undefined);
    if (response?.status === 202) return performance.now() - startedMs;
    await pause(100);
  }
  return null;
}

async function countMissing({ databaseUrl }: Services, acknowledged: readonly number[]): Promise<number> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  let stored = 0;
  for (let start = 0; start < acknowledged.length; start += 5_000) {
    const ids = acknowledged.slice(start, start + 5_000).map(ticketIdOf);
    const [row] = await sql<{ stored: number }[]>`
      select count(distinct external_id)::int as stored from tickets where external_id = any(${ids})`;
    stored += row?.stored ?? 0;
  }
  await sql.end();
  return acknowledged.length - stored;
}

interface Facts extends Weathered {
  calm: number;
  missing: number;
  forMs: number;
  peakMb: number | null;
}

function findingsOf({ outcome, recoveredMs, calm, missing, forMs, peakMb }: Facts): Finding[] {
  const { due, heldBack, answers, acknowledged, acknowledgedMeanwhile, p99Ms } = outcome;
  const stored = (acknowledgedMeanwhile / forMs) * 1_000;
  const sent = Object.values(answers).reduce((sum, count) => sum + count, 0);
  const orderly = ['202', '429', '503'].reduce((sum, status) => sum + (answers[status] ?? 0), 0);
  const base = { interval: null, n: sent, goal: null, peers: [] } as const;
  return [
    {
      ...base,
      figure: 'answered other than 202, 429 or 503, or not at all',
      value: (sent - orderly) / sent,
      unit: 'share',
      goal: { atMost: 0 },
      note: JSON.stringify(answers),
    },
    {
      ...base,
      figure: 'answered 202 and not in Postgres',
      value: acknowledged.length === 0 ? null : missing / acknowledged.length,
      unit: 'share',
      n: acknowledged.length,
      goal: { atMost: 0 },
      ...(acknowledged.length === 0 && { note: 'nothing was answered 202 during the storm' }),
    },
    {
      ...base,
      figure: 'from the end of the storm to a 202 within a second',
      value: (recoveredMs ?? Number.POSITIVE_INFINITY) / 1_000,
      unit: 'seconds',
      n: 1,
      goal: { atMost: 10 },
    },
    {
      ...base,
      figure: 'due during the storm',
      value: (due / forMs) * 1_000,
      unit: 'a second',
      n: due,
      peers: [{ name: 'sustained before', value: calm }],
      note: `${((100 * heldBack) / due).toFixed(1)} % found all ${STORM_CONNECTIONS} connections waiting for answers`,
    },
    {
      ...base,
      figure: 'stored and answered during the storm',
      value: stored,
      unit: 'a second',
      n: acknowledgedMeanwhile,
      peers: [{ name: 'sustained before', value: calm }],
    },
    {
      ...base,
      figure: 'the same beside what was sustained before',
      value: stored / calm,
      unit: 'times',
      n: acknowledgedMeanwhile,
      goal: { atLeast: 0.6 },
    },
    { ...base, figure: 'p99 of the answers', value: p99Ms, unit: 'milliseconds' },
    { ...base, figure: 'peak memory of the API', value: peakMb, unit: 'megabytes', n: 1 },
  ];
}
