import type { Lane } from '@usher/core/ticket';
import { openBudget } from '@usher/queue/budget/open';
import { connectQueue } from '@usher/queue/connect';
import { enqueue } from '@usher/queue/enqueue';
import type { WorkerEvent } from '@usher/worker/events';
import { startWorker } from '@usher/worker/worker';
import { vi } from 'vitest';
import { type ClaudeServer, type ClaudeServerOptions, startClaudeServer } from '../support/claude-server.ts';
import { createRedisSpace } from '../support/redis.ts';
import { openDesk, type Shared, type SupportDesk, workerDeps } from './support-desk.ts';

const WORKERS = 3;
const LIVE_AT_A_TIME = 2;

/** Calls that may be on their way at the same time. */
export const IN_FLIGHT = WORKERS * (LIVE_AT_A_TIME + 1);

/** Several workers on one queue with one budget, a desk of their own and a stand-in for Claude. */
export interface Fleet extends AsyncDisposable {
  desk: SupportDesk;
  claude: ClaudeServer;
  /** What each worker told. */
  events: WorkerEvent[][];
  /** Stores tickets with this text and gives them to the queue; answers their numbers. */
  send(text: { subject: string; body: string }, count: number, lane?: Lane): Promise<number[]>;
  /** Waits until every ticket is decided, and answers how many ended in each state. */
  decided(): Promise<Record<string, number>>;
  /** How many tickets are in each state now. */
  states(): Promise<Record<string, number>>;
  /** Waits until every ticket was put back at least once. */
  postponed(tickets: readonly number[]): Promise<void>;
  /** Lets whatever waits be looked at now. */
  hurry(): Promise<void>;
}

export interface FleetOptions {
  claude?: ClaudeServerOptions;
  shared?: Omit<Shared, 'budget'>;
}

/** Starts a fleet of three workers. */
export async function startFleet({ claude: claudeOptions, shared }: FleetOptions = {}): Promise<Fleet> {
  const [desk, redis, claude] = await Promise.all([openDesk(), createRedisSpace(), startClaudeServer(claudeOptions)]);
  const producer = connectQueue(redis.url, { role: 'producer' });
  const members = Array.from({ length: WORKERS }, () => {
    const consumer = connectQueue(redis.url, { role: 'consumer' });
    const budget = openBudget(redis.url);
    const { deps, events } = workerDeps(desk, { baseUrl: claude.url }, { ...shared, budget });
    const worker = startWorker({ deps, consumer, producer, concurrency: LIVE_AT_A_TIME, window: 1_000 });
    return { consumer, budget, events, worker };
  });
  const events = members.map((member) => member.events);
  const hint = (tickets: readonly number[], lane: Lane) =>
    enqueue(
      producer,
      tickets.map((ticketId) => ({ name: 'classify', payload: { ticketId, revision: 1, lane } }) as const),
    );
  const states = async () => {
    const rows = await desk.sql<{ state: string; count: number }[]>`
      select state, count(*)::int from tickets group by state`;
    return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
  };
  return {
    desk,
    claude,
    events,
    async send(text, count, lane = 'live') {
      const tickets = await Promise.all(Array.from({ length: count }, () => desk.receive(text, lane)));
      await hint(tickets, lane);
      return tickets;
    },
    states,
    decided: () =>
      vi.waitFor(
        async () => {
          const counts = await states();
          if (counts['received'] !== undefined) throw new Error(`still waiting: ${JSON.stringify(counts)}`);
          return counts;
        },
        { timeout: 40_000, interval: 50 },
      ),
    async postponed(tickets) {
      const seen = () => events.flat().flatMap((event) => (event.kind === 'ticket_postponed' ? [event.ticketId] : []));
      await vi.waitFor(
        () => {
          const missing = tickets.filter((ticket) => !seen().includes(ticket));
          if (missing.length > 0) throw new Error(`not put back: ${missing.join(', ')}`);
        },
        { timeout: 20_000, interval: 50 },
      );
    },
    async hurry() {
      await redis.flush();
      const due = await desk.sql<{ id: string; lane: Lane }[]>`
        update tickets set due_at = now() where state = 'received' returning id, lane`;
      for (const lane of ['live', 'bulk'] as const) {
        await hint(
          due.filter((one) => one.lane === lane).map(({ id }) => Number(id)),
          lane,
        );
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(members.map(({ worker }) => worker.close(0)));
      const open = [...members.flatMap(({ consumer, budget }) => [consumer, budget]), producer];
      await Promise.all(open.map((one) => one[Symbol.asyncDispose]()));
      await Promise.all([desk[Symbol.asyncDispose](), redis.drop(), claude[Symbol.asyncDispose]()]);
    },
  };
}

/** The events of one kind, of all workers. */
export function eventsOf<K extends WorkerEvent['kind']>(fleet: Fleet, kind: K): Extract<WorkerEvent, { kind: K }>[] {
  const isOfKind = (event: WorkerEvent): event is Extract<WorkerEvent, { kind: K }> => event.kind === kind;
  return fleet.events.flat().filter(isOfKind);
}
