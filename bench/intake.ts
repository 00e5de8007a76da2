import type { Benchmark, Finding, Size } from './benchmark.ts';
import { closedLoad } from './load/closed.ts';
import { type Latencies, latenciesOf, openLoad } from './load/open.ts';
import { type Server, startServer } from './load/server.ts';
import type { RequestOf } from './load/target.ts';
import { type ProcessorTime, processorTime, spentBetween } from './processor-time.ts';
import { type Services, startServices } from './services.ts';

const KEY = 'key-of-the-intake-benchmark-0123456789';
const API = new URL('../apps/api/src/main.ts', import.meta.url).pathname;
const PEER = new URL('./intake/peer.ts', import.meta.url).pathname;
const CONNECTIONS = 128;
const RATE = 500;
const ROUNDS = 3;

/** How fast and how soon tickets are taken in, each committed before its answer. */
export const intake: Benchmark = {
  name: 'intake',
  about:
    'durable POST /ticket-webhook beside Hono with one queue.add and no database, and beside one insert and one add',
  async run(progress, size) {
    await using services = await startServices();
    await using ours = await startServer(API, settingsOf(services));
    await using queue = await startServer(PEER, peerSettings(services, 'no'));
    await using naive = await startServer(PEER, peerSettings(services, 'yes'));
    const servers = { ours, queue, naive };
    const throughput = await measureThroughput(servers, { progress, size });
    const latency = await measureLatency(servers, { progress, size });
    return findingsOf(throughput, latency);
  },
};

function settingsOf({ databaseUrl, redisUrl }: Services): Record<string, string> {
  return { DATABASE_URL: databaseUrl, QUEUE_URL: redisUrl, USHER_API_KEY: KEY, USHER_LOG_LEVEL: 'error' };
}

function peerSettings({ databaseUrl, redisUrl }: Services, store: string): Record<string, string> {
  return { BENCH_DATABASE: databaseUrl, BENCH_REDIS: redisUrl, BENCH_STORE: store };
}

const NAMES = ['ours', 'queue', 'naive'] as const;
type Of<Value> = Record<(typeof NAMES)[number], Value>;
interface How {
  progress: (text: string) => void;
  size: Size;
}

let runs = 0;

/** New ids in every run, so that every ticket is a new one. */
function requests(): RequestOf {
  runs += 1;
  const run = runs;
  const body = 'I was charged twice for order 1182 and would like one of the two payments back. '.repeat(6);
  const head = `POST /ticket-webhook HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${KEY}\r\nContent-Type: application/json\r\n`;
  return (number) => {
    const json = JSON.stringify({ ticket_id: `${run}-${number}`, subject: 'Charged twice', body });
    return `${head}Content-Length: ${json.length}\r\n\r\n${json}`;
  };
}

interface Throughput {
  /** Requests a second. */
  rate: number;
  /** Processor time in the last round; `Node` sends, and is the peers. */
  note: { note?: string };
}

function noteOf(before: ProcessorTime, after: ProcessorTime): Throughput['note'] {
  const spent = spentBetween(before, after);
  return spent === undefined ? {} : { note: spent };
}

/** In turns, so that whatever else the machine does falls on all of them. */
async function measureThroughput(servers: Of<Server>, { progress, size }: How): Promise<Of<Throughput>> {
  const forMs = size === 'quick' ? 1_500 : 6_000;
  const rates: Of<number[]> = { ours: [], queue: [], naive: [] };
  const notes: Of<Throughput['note']> = { ours: {}, queue: {}, naive: {} };
  for (const name of NAMES) await closedLoad({ ...loadOf(servers[name]), forMs: 3_000 });
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const name of NAMES) {
      const before = await processorTime();
      const rate = await closedLoad({ ...loadOf(servers[name]), forMs });
      notes[name] = noteOf(before, await processorTime());
      progress(`round ${round}, ${name}: ${Math.round(rate)} requests a second`);
      rates[name].push(rate);
    }
  }
  const of = (name: (typeof NAMES)[number]) => ({ rate: median(rates[name]), note: notes[name] });
  return { ours: of('ours'), queue: of('queue'), naive: of('naive') };
}

function loadOf({ port }: Server) {
  return { port, requestOf: requests(), connections: CONNECTIONS };
}

/** In turns as well: what a server leaves behind, such as a table to vacuum, is felt by all. */
async function measureLatency(servers: Of<Server>, { progress, size }: How): Promise<Of<Latencies>> {
  const forMs = size === 'quick' ? 1_500 : 6_000;
  const measured: Of<number[]> = { ours: [], queue: [], naive: [] };
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const name of NAMES) {
      progress(`open loop, ${RATE} a second, round ${round}, ${name}`);
      const load = { port: servers[name].port, requestOf: requests(), rate: RATE, forMs };
      measured[name].push(...(await openLoad(load)));
    }
  }
  return { ours: latenciesOf(measured.ours), queue: latenciesOf(measured.queue), naive: latenciesOf(measured.naive) };
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

function findingsOf({ ours, queue, naive }: Of<Throughput>, latencies: Of<Latencies>): Finding[] {
  const peersOf = (valueOf: (name: 'queue' | 'naive') => number) => [
    { name: 'queue.add alone', value: valueOf('queue') },
    { name: 'insert and add', value: valueOf('naive') },
  ];
  const rate = { interval: null, n: ROUNDS } as const;
  const late = { unit: 'milliseconds', interval: null, n: latencies.ours.n } as const;
  const mostMs = Math.min(25, latencies.naive.p99);
  return [
    {
      ...rate,
      figure: 'requests',
      value: ours.rate,
      unit: 'a second',
      goal: null,
      peers: [
        { name: 'queue.add alone', value: queue.rate },
        { name: 'insert and add', value: naive.rate },
      ],
      ...ours.note,
    },
    {
      ...rate,
      figure: 'beside queue.add alone',
      value: ours.rate / queue.rate,
      unit: 'times',
      goal: { atLeast: 0.75 },
      peers: [],
      ...queue.note,
    },
    {
      ...rate,
      figure: 'beside insert and add',
      value: ours.rate / naive.rate,
      unit: 'times',
      goal: { atLeast: 3 },
      peers: [],
      ...naive.note,
    },
    {
      ...late,
      figure: `p50 at ${RATE}/s`,
      value: latencies.ours.p50,
      goal: null,
      peers: peersOf((name) => latencies[name].p50),
    },
    {
      ...late,
      figure: `p99 at ${RATE}/s`,
      value: latencies.ours.p99,
      goal: { atMost: mostMs },
      peers: peersOf((name) => latencies[name].p99),
    },
  ];
}
