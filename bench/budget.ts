import type { Benchmark, Finding } from './benchmark.ts';
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
    return [
      ...useAndRefusals('four workers', ours.grown, peers),
      refusals('a fleet growing from one worker to four', ours.growing),
      ...useAndRefusals('estimates 30 % too high', ours.tooHigh),
      ...useAndRefusals('estimates 30 % too low', ours.tooLow),
      ...useAndRefusals('60 s after the store was flushed', ours.flushed),
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

function peersOf(peers: Peers | undefined, of: (use: Use) => number): Finding['peers'] {
  if (peers === undefined) return [];
  return [
    { name: "the client's retries alone", value: of(peers.sdk) },
    { name: "BullMQ's limiter", value: of(peers.bullmq) },
  ];
}
