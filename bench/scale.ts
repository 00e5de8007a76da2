import { setTimeout as pause } from 'node:timers/promises';
import { TicketDraft } from '@usher/core/ticket';
import { connectDatabase, type Db } from '@usher/db/connect';
import { receiveTickets } from '@usher/db/receive-tickets';
import { ensureSource } from '@usher/db/sources';
import { publishTaxonomy } from '@usher/db/taxonomies';
import { startClaudeServer } from '@usher/test/support/claude-server';
import { desk } from '@usher/test/support/claude-server-desk';
import { roomyLimits } from '@usher/test/support/claude-server-limits';
import postgres from 'postgres';
import type { Benchmark, Finding, Size } from './benchmark.ts';
import { startServer } from './load/server.ts';
import { type Services, startServices } from './services.ts';

const WORKER = new URL('../apps/worker/src/main.ts', import.meta.url).pathname;
const CLAUDE_MS = 300;
/** Low, so that it is Claude's latency that limits a worker, and four of them fit on two cores. */
const CONCURRENCY = 4;
const FLEETS = [1, 2, 4] as const;
/** From the start of a process until it works at its full rate; the feeder leaves new tickets to their hints for 10 s. */
const WARM_UP_MS = 15_000;
const MEASURED_MS: Record<Size, number> = { whole: 20_000, quick: 6_000 };
/** More than the whole fleet gets through meanwhile, so that nobody ever runs out of work. */
const TICKETS = 5_000;

/** What a second and a fourth worker add. */
export const scale: Benchmark = {
  name: 'scale',
  about: `a fleet that grows from one worker process to four while Claude takes ${CLAUDE_MS} ms, beside linear growth`,
  async run(progress, size) {
    await using services = await startServices();
    await using database = connectDatabase(services.databaseUrl, { name: 'bench' });
    await publishTaxonomy(database.db, desk, { actor: 'bench' });
    await storeTickets(database.db, TICKETS);
    await using claude = await startClaudeServer({ latencyMs: CLAUDE_MS, limits: roomyLimits, keepsRequests: false });
    await using fleet = new AsyncDisposableStack();
    const measured: Measured[] = [];
    for (const workers of FLEETS) {
      const missing = workers - (measured.at(-1)?.workers ?? 0);
      for (let started = 0; started < missing; started += 1) {
        fleet.use(await startServer(WORKER, settingsOf(services, claude.url), 'USHER_METRICS_PORT'));
      }
      await pause(WARM_UP_MS);
      const decided = await countDecided(services, MEASURED_MS[size]);
      measured.push({ workers, ...decided });
      progress(`${workers} workers: ${decided.rate.toFixed(1)} tickets a second`);
    }
    return findingsOf(measured);
  },
};

function settingsOf({ databaseUrl, redisUrl }: Services, claudeUrl: string): Record<string, string> {
  const much = '1000000000';
  return {
    DATABASE_URL: databaseUrl,
    QUEUE_URL: redisUrl,
    USHER_LOG_LEVEL: 'error',
    USHER_ENGINE: 'claude',
    USHER_ESCALATE: 'failure',
    USHER_REUSE_FOR: '0s',
    USHER_CONCURRENCY: String(CONCURRENCY),
    USHER_RPM: much,
    USHER_ITPM: much,
    USHER_OTPM: much,
    ANTHROPIC_API_KEY: 'bench',
    ANTHROPIC_BASE_URL: claudeUrl,
  };
}

/** Without hints: the feeder finds them. Each text is its own. */
async function storeTickets(db: Db, count: number): Promise<void> {
  const { id: sourceId } = await ensureSource(db, 'api');
  for (let start = 0; start < count; start += 1_000) {
    const arrivals = Array.from({ length: 1_000 }, (_, at) => ({
      sourceId,
      lane: 'live' as const,
      draft: TicketDraft.parse({
        ticket_id: `S-${start + at}`,
        subject: 'Charged twice',
        body: `I was charged twice for invoice ${start + at} and want a refund of one payment.`,
      }),
    }));
    await receiveTickets(db, arrivals);
  }
}

interface Measured {
  workers: number;
  tickets: number;
  /** Tickets a second. */
  rate: number;
}

/** What the fleet decides in that time, as Postgres knows it. */
async function countDecided({ databaseUrl }: Services, forMs: number): Promise<Omit<Measured, 'workers'>> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  const look = async () => {
    const [row] = await sql<{ decided: number; waiting: number }[]>`
      select count(*) filter (where decided_at is not null)::int as decided,
             count(*) filter (where decided_at is null)::int as waiting from tickets`;
    return { atMs: performance.now(), decided: row?.decided ?? 0, waiting: row?.waiting ?? 0 };
  };
  try {
    const before = await look();
    await pause(forMs);
    const after = await look();
    if (after.waiting < 100) throw new Error('the fleet ran out of tickets: the figure would be too low');
    const tickets = after.decided - before.decided;
    return { tickets, rate: (tickets / (after.atMs - before.atMs)) * 1_000 };
  } finally {
    await sql.end();
  }
}

function findingsOf([one, ...grown]: readonly Measured[]): Finding[] {
  if (one === undefined) return [];
  const ceiling = (CONCURRENCY / CLAUDE_MS) * 1_000;
  const rateOf = ({ workers, tickets, rate }: Measured): Finding => ({
    figure: `${workers} worker${workers === 1 ? '' : 's'}, ${CONCURRENCY} tickets at a time each`,
    value: rate,
    unit: 'a second',
    interval: null,
    n: tickets,
    goal: null,
    peers: [{ name: 'linear', value: workers * one.rate }],
    note: `${rate.toFixed(1)} of the ${(workers * ceiling).toFixed(1)}/s that ${CLAUDE_MS} ms allow`,
  });
  const ratioOf = ({ workers, tickets, rate }: Measured): Finding => ({
    figure: `${workers} workers beside linear`,
    value: rate / (workers * one.rate),
    unit: 'times',
    interval: null,
    n: tickets,
    goal: { atLeast: 0.95 },
    peers: [],
  });
  return [...[one, ...grown].map(rateOf), ...grown.map(ratioOf)];
}
