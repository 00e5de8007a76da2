import { type LaneBacklog, readBacklog } from '@usher/db/standing-backlog';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RequestDatabase } from './database.ts';

/** Seconds, from a fast read to the longest `Prefer: wait`. */
const DURATION_BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Gauges of Node whose names end like those of counters, which Prometheus' own linter refuses. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** What this process counts, ready to be scraped. */
export interface Metrics {
  registry: Registry;
  requestSeconds: Histogram<'method' | 'route' | 'status'>;
  ticketsReceived: Counter<'outcome'>;
  ticketsRefused: Counter;
  overloaded: Counter;
  webhooks: Counter<'source' | 'outcome'>;
  corrections: Counter<'outcome'>;
  signInsFailed: Counter;
  hintsLost: Counter;
  unavailable: Counter;
  unexpected: Counter;
}

/** Makes the metrics of one process, Node's own among them. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  return {
    registry,
    requestSeconds: new Histogram({
      name: 'usher_http_request_duration_seconds',
      help: 'Time from a request to its answer.',
      labelNames: ['method', 'route', 'status'],
      buckets: DURATION_BUCKETS,
      registers,
    }),
    ticketsReceived: new Counter({
      name: 'usher_tickets_received_total',
      help: 'Tickets taken in: new, revised, duplicate or superseded.',
      labelNames: ['outcome'],
      registers,
    }),
    ticketsRefused: new Counter({
      name: 'usher_tickets_refused_total',
      help: 'Tickets of a batch that were not taken in, because something is wrong with them.',
      registers,
    }),
    overloaded: new Counter({
      name: 'usher_overloaded_total',
      help: 'Requests answered 503 because more tickets came in than could be stored.',
      registers,
    }),
    webhooks: new Counter({
      name: 'usher_webhooks_total',
      help: 'Deliveries of helpdesks: taken, seen before, not of the known form, or why they are not believed.',
      labelNames: ['source', 'outcome'],
      registers,
    }),
    corrections: new Counter({
      name: 'usher_corrections_total',
      help: 'Corrections by people and programs: corrected to another category, or accepted as it was.',
      labelNames: ['outcome'],
      registers,
    }),
    signInsFailed: new Counter({
      name: 'usher_sign_ins_failed_total',
      help: 'Sign-ins with a wrong address or password.',
      registers,
    }),
    hintsLost: new Counter({
      name: 'usher_hints_lost_total',
      help: 'Jobs that the queue did not take; the sweep finds their work in Postgres.',
      registers,
    }),
    unavailable: new Counter({
      name: 'usher_database_unavailable_total',
      help: 'Requests answered 503 because Postgres was away.',
      registers,
    }),
    unexpected: new Counter({
      name: 'usher_unexpected_errors_total',
      help: 'Requests answered 500.',
      registers,
    }),
  };
}

/** Waiting tickets of a lane that are counted: millions would take longer than a scrape may. */
const MOST_COUNTED = 100_000;
/** Milliseconds for which a look at the backlog serves every scrape. */
const BACKLOG_KEPT_MS = 5_000;

/** Adds how many tickets wait in each lane, read from Postgres when scraped; absent while Postgres is away. */
export function measureBacklog(registry: Registry, database: RequestDatabase, now: () => number): void {
  let readAt = -Infinity;
  let reading: Promise<LaneBacklog[]> = Promise.resolve([]);
  const read = () => {
    if (now() - readAt >= BACKLOG_KEPT_MS) {
      readAt = now();
      reading = database.slow((db) => readBacklog(db, { most: MOST_COUNTED })).catch(() => []);
    }
    return reading;
  };
  const gauge = (name: string, help: string, valueOf: (backlog: LaneBacklog) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ['lane'],
      registers: [registry],
      async collect() {
        const backlogs = await read();
        this.reset();
        for (const backlog of backlogs) this.set({ lane: backlog.lane }, valueOf(backlog));
      },
    });
  gauge(
    'usher_tickets_waiting',
    'Tickets that wait for a decision, counted up to 100,000 a lane.',
    ({ waiting }) => waiting.n,
  );
  gauge(
    'usher_oldest_waiting_seconds',
    'Age of the oldest ticket that waits.',
    ({ oldestSeconds }) => oldestSeconds ?? 0,
  );
}
