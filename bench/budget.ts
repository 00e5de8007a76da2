import type { Benchmark, Finding } from './benchmark.ts';
import { measureBesideBulk, type Waits } from './budget/beside-bulk.ts';
import { measurePeer, measureShared } from './budget/shared.ts';
import type { Use } from './budget/use.ts';
import { startServices } from './services.ts';

/** How much of Claude's limits a fleet uses, and how seldom it is refused. */
export const budget: Benchmark = {
  name: 'budget',
  about:
    "four workers at Claude's limits: share used, calls refused, live tickets beside a bulk run; about eight minutes",
  async run(progress) {
    await using services = await startServices();
    const given = { redisUrl: services.redisUrl, progress };
    const ours = await measureShared(given);
    const sdk = await measurePeer('sdk', given);
    const bullmq = await measurePeer('bullmq', given);
    const peers = { sdk, bullmq };
    const waits = await measureBesideBulk(services, progress);
    return [
      ...useAndRefusals('four workers', ours.grown, peers),
      refusals('a fleet growing from one worker to four', ours.growing),
      ...useAndRefusals('estimates 30 % too high', ours.tooHigh),
      ...useAndRefusals('estimates 30 % too low', ours.tooLow),
      ...useAndRefusals('60 s after the store was flushed', ours.flushed),
      ...waitsOf(waits),
    ];
  },
};

type Peers = Readonly<Record<'sdk' | 'bullmq', Use>>;

function useAndRefusals(what: string, use: Use, peers?: Peers): Finding[] {
  const value = {
    figure: `${what}: share used of the limit of ${use.binding}`,
    value: use.share,
    unit: 'share',
    interval: null,
    n: use.answers,
    goal: { atLeast: 0.97 },
    peers: peersOf(peers, ({ share }) => share),
  } as const;
  return [value, refusals(what, use, peers)];
}

function refusals(what: string, use: Use, peers?: Peers): Finding {
  return {
    figure: `${what}: calls refused`,
    value: use.refused,
    unit: 'share',
    interval: null,
    n: use.answers,
    goal: { atMost: 0.001 },
    peers: peersOf(peers, ({ refused }) => refused),
  };
}

function waitsOf({ alone, beside }: { alone: Waits; beside: Waits }): Finding[] {
  const [before, during] = [p99(alone.live), p99(beside.live)];
  const base = { interval: null, peers: [] } as const;
  return [
    {
      ...base,
      figure: 'live tickets, 99th of 100, longer beside 50,000 bulk tickets than alone',
      value: (during - before) / 1_000,
      unit: 'seconds',
      n: beside.live.length,
      goal: { atMost: 2 },
      note: `${(before / 1_000).toFixed(1)} s alone (n ${alone.live.length}), ${(during / 1_000).toFixed(1)} s beside them`,
    },
    {
      ...base,
      figure: 'bulk tickets decided beside the live ones',
      value: beside.bulkASecond,
      unit: 'a second',
      n: Math.round(beside.bulkASecond * 50),
      goal: null,
      note: 'of 50 requests a second in all, 8 of them live',
    },
  ];
}

/** What 99 of 100 do not exceed. */
function p99(sorted: readonly number[]): number {
  return sorted[Math.ceil(0.99 * sorted.length) - 1] ?? 0;
}

function peersOf(peers: Peers | undefined, of: (use: Use) => number): Finding['peers'] {
  if (peers === undefined) return [];
  return [
    { name: "the client's retries alone", value: of(peers.sdk) },
    { name: "BullMQ's limiter", value: of(peers.bullmq) },
  ];
}
