import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import type { CostLine } from '@usher/core/cost-report';
import { TicketDraft } from '@usher/core/ticket';
import { connectDatabase, type Db } from '@usher/db/connect';
import { sumCosts } from '@usher/db/costs';
import { lastLearnt } from '@usher/db/local-models';
import { receiveTickets } from '@usher/db/receive-tickets';
import { ensureSource } from '@usher/db/sources';
import { publishTaxonomy } from '@usher/db/taxonomies';
import postgres from 'postgres';
import type { Services } from '../services.ts';
import type { Desk } from './tickets.ts';

const WORKER = fileURLToPath(new URL('../../apps/worker/src/main.ts', import.meta.url));
const WORKERS = 2;
const LOOK_EVERY_MS = 1_000;
const GIVE_UP_AFTER_MS = 10 * 60_000;

/** What the fleet paid for the tickets, by its own report, and how often the prompt was written to the cache. */
export type Paid = CostLine & { writes: number };

/** Where a fleet works, and whether its tickets go the way of Message Batches. */
export interface Fleet {
  services: Services;
  claudeUrl: string;
  isForBatch: boolean;
}

/**
 * Lets a fleet of worker processes with default settings, started cold, decide the tickets against the Claude at this address, and reads
 * from the cost report what that cost.
 */
export async function payOurs({ taxonomy, tickets }: Desk, { services, claudeUrl, isForBatch }: Fleet): Promise<Paid> {
  const { databaseUrl, redisUrl } = services;
  await using database = connectDatabase(databaseUrl, { name: 'bench' });
  const { db } = database;
  await publishTaxonomy(db, taxonomy, { actor: 'bench' });
  await using fleet = new AsyncDisposableStack();
  for (let at = 0; at < WORKERS; at += 1)
    fleet.defer(
      startWorker({
        DATABASE_URL: databaseUrl,
        QUEUE_URL: redisUrl,
        ANTHROPIC_API_KEY: 'bench',
        ANTHROPIC_BASE_URL: claudeUrl,
        USHER_LOG_LEVEL: 'error',
        // One chunk for all of them, so that nothing is waited for.
        USHER_BATCH_SIZE: String(tickets.length),
      }),
    );
  await until('the local model is learnt', async () => (await lastLearnt(db)) !== undefined);
  const startedAt = new Date();
  await store(db, tickets, isForBatch);
  const line = async () => {
    const lines = await sumCosts(db, { from: startedAt, until: new Date(Date.now() + 60_000) });
    return lines.find(({ group }) => group === 'all');
  };
  await until('every ticket is decided', async () => ((await line())?.tickets ?? 0) >= tickets.length);
  const paid = await line();
  if (paid === undefined) throw new Error('nothing was paid');
  return { ...paid, writes: await countWrites(databaseUrl) };
}

async function countWrites(databaseUrl: string): Promise<number> {
  const sql = postgres(databaseUrl, { max: 1 });
  const [row] = await sql<{ writes: number }[]>`
    select count(*)::int as writes from classifications where cache_write_1h_tokens > 0`;
  await sql.end();
  return row?.writes ?? 0;
}

/** Starts a worker with these settings; answers how to end it. */
function startWorker(environment: Record<string, string>): () => Promise<void> {
  const child = spawn(process.execPath, [WORKER], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'close');
  return async () => {
    child.kill('SIGTERM');
    await ended;
  };
}

async function store(db: Db, tickets: Desk['tickets'], isForBatch: boolean): Promise<void> {
  const { id: sourceId } = await ensureSource(db, 'api');
  const arrivals = tickets.map((text, at) => ({
    sourceId,
    lane: isForBatch ? ('bulk' as const) : ('live' as const),
    isForBatch,
    draft: TicketDraft.parse({ ticket_id: `C-${at}`, ...text }),
  }));
  // Without a hint to the queue: the workers find what is due by themselves.
  await receiveTickets(db, arrivals);
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + GIVE_UP_AFTER_MS;
  while (!(await isSo())) {
    if (performance.now() > giveUpAt) throw new Error(`waited in vain until ${what}`);
    await pause(LOOK_EVERY_MS);
  }
}
