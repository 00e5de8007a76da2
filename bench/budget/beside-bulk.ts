import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BudgetLimits } from '@usher/core/budget/rules';
import type { Lane } from '@usher/core/ticket';
import { TicketDraft } from '@usher/core/ticket';
import { connectDatabase, type Db } from '@usher/db/connect';
import { receiveTickets } from '@usher/db/receive-tickets';
import { ensureSource } from '@usher/db/sources';
import { publishTaxonomy } from '@usher/db/taxonomies';
import { connectQueue, type QueueConnection } from '@usher/queue/connect';
import { enqueue } from '@usher/queue/enqueue';
import { desk } from '@usher/test/support/claude-server-desk';
import postgres from 'postgres';
import type { Services } from '../services.ts';
import { startClaude } from './fleet.ts';
import { ticketOf } from './tickets.ts';

/** Half of the other limit, so that it is Claude that binds and not a small machine. */
export const limits: BudgetLimits = { requests: 3_000, inputTokens: 2_000_000, outputTokens: 400_000 };
const WORKERS = 4;
const BULK_TICKETS = 50_000;
const LIVE_A_SECOND = 8;
/** Live tickets of which the time is taken. */
const WATCHED_SECONDS = 50;
/** The budget's pace is full after 45 s. */
const WARM_SECONDS = 55;

/** How long live tickets took from arrival to decision, in milliseconds, shortest first; and what was done beside them. */
export interface Waits {
  live: number[];
  /** Bulk tickets that were decided a second meanwhile. */
  bulkASecond: number;
}

/** Live tickets through four whole workers, alone and then with a backlog of bulk tickets. */
export async function measureBesideBulk(services: Services, progress: (text: string) => void) {
  await using claude = await startClaude({ limits, bucketSeconds: 2 });
  await using database = connectDatabase(services.databaseUrl, { name: 'bench' });
  await using queue = connectQueue(services.redisUrl, { role: 'producer' });
  await publishTaxonomy(database.db, desk, { actor: 'bench' });
  const { id: sourceId } = await ensureSource(database.db, 'api');
  await using workers = new AsyncDisposableStack();
  workers.use(await startWorkers(services, claude.url));
  const desks = { db: database.db, queue, sourceId, databaseUrl: services.databaseUrl };
  progress(`live: four workers, ${LIVE_A_SECOND} live tickets a second, until the pace is full`);
  await sendLive(desks, WARM_SECONDS);
  progress('live: alone');
  const alone = await watch(desks);
  progress(`live: ${BULK_TICKETS} bulk tickets arrive`);
  await storeBulk(desks);
  await sendLive(desks, 10);
  progress('live: beside them');
  return { alone, beside: await watch(desks) };
}

interface Desks {
  db: Db;
  queue: QueueConnection;
  sourceId: number;
  databaseUrl: string;
}

async function watch(desks: Desks): Promise<Waits> {
  const sql = postgres(desks.databaseUrl, { max: 1, onnotice: () => {} });
  const startedAt = performance.now();
  const since = new Date();
  const tickets = await sendLive(desks, WATCHED_SECONDS);
  const [{ bulk } = { bulk: 0 }] = await sql<{ bulk: number }[]>`
    select count(*)::int as bulk from tickets where lane = 'bulk' and decided_at >= ${since}`;
  const seconds = (performance.now() - startedAt) / 1_000;
  const waits = async () => sql<{ ms: number | null }[]>`
    select extract(epoch from decided_at - received_at)::float8 * 1000 as ms from tickets where id in ${sql(tickets)} order by 1`;
  let live = await waits();
  for (let tries = 0; tries < 120 && live.some(({ ms }) => ms === null); tries += 1) {
    await sleep(500);
    live = await waits();
  }
  await sql.end();
  return { live: live.map(({ ms }) => ms ?? Infinity), bulkASecond: bulk / seconds };
}

let sent = 0;

/** Live tickets as they come: evenly, each told to the queue at once. */
async function sendLive({ db, queue, sourceId }: Desks, seconds: number): Promise<number[]> {
  const tickets: number[] = [];
  const until = performance.now() + seconds * 1_000;
  while (performance.now() < until) {
    const next = performance.now() + 1_000 / LIVE_A_SECOND;
    const receipts = await receiveTickets(db, [arrivalOf('live', (sent += 1), sourceId)]);
    await enqueue(
      queue,
      receipts.map(({ ticketId, revision, lane }) => ({ name: 'classify', payload: { ticketId, revision, lane } })),
    );
    tickets.push(...receipts.map(({ ticketId }) => ticketId));
    await sleep(Math.max(0, next - performance.now()));
  }
  return tickets;
}

async function storeBulk({ db, sourceId }: Desks): Promise<void> {
  for (let start = 0; start < BULK_TICKETS; start += 1_000) {
    await receiveTickets(
      db,
      Array.from({ length: 1_000 }, (_, at) => arrivalOf('bulk', start + at, sourceId)),
    );
  }
}

function arrivalOf(lane: Lane, number: number, sourceId: number) {
  const text = ticketOf(number, { characters: 250, estimateFactor: 1 });
  return { sourceId, lane, draft: TicketDraft.parse({ ticket_id: `${lane}-${number}`, ...text }) };
}

async function startWorkers({ databaseUrl, redisUrl }: Services, claudeUrl: string): Promise<AsyncDisposable> {
  const main = new URL('../../apps/worker/src/main.ts', import.meta.url).pathname;
  const env = {
    ...process.env,
    DATABASE_URL: databaseUrl,
    QUEUE_URL: redisUrl,
    ANTHROPIC_API_KEY: 'bench',
    ANTHROPIC_BASE_URL: claudeUrl,
    USHER_ENGINE: 'claude',
    USHER_CONCURRENCY: '64',
    USHER_LOG_LEVEL: 'error',
    USHER_AUDIT_SHARE: '0',
    USHER_REUSE_FOR: '0s',
    USHER_ESCALATE: 'failure',
  };
  // Without this process, the workers end.
  const stdio: StdioOptions = ['ignore', 'inherit', 'inherit', 'ipc'];
  const children = Array.from({ length: WORKERS }, () => spawn(process.execPath, [main], { env, stdio }));
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(children.map(end));
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
