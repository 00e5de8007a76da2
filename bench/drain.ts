import type { Benchmark, Finding } from './benchmark.ts';
import { drainByUsher } from './drain/by-usher.ts';
import { type Drained, drainByInserts, drainByNothing } from './drain/peers.ts';
import { startServices } from './services.ts';

const TICKETS = 20_000;
/** Jobs in hand at the same time, for everybody. */
const CONCURRENCY = 100;

/** How fast one worker empties the queue when the engine takes no time. */
export const drain: Benchmark = {
  name: 'drain',
  about: 'one worker with an instant engine and stored decisions, beside BullMQ doing nothing and one insert a job',
  async run(progress) {
    await using services = await startServices();
    const size = { jobs: TICKETS, concurrency: CONCURRENCY };
    progress(`${TICKETS} jobs that do nothing`);
    const nothing = await drainByNothing(services, size);
    progress(`${TICKETS} jobs of one insert each`);
    const inserts = await drainByInserts(services, size);
    progress(`${TICKETS} tickets: classification, decision and ticket written`);
    const ours = await drainByUsher(services, size);
    return findingsOf({ nothing, inserts, ours });
  },
};

function findingsOf({ nothing, inserts, ours }: Record<'nothing' | 'inserts' | 'ours', Drained>): Finding[] {
  const base = { interval: null, n: TICKETS } as const;
  const noteOf = ({ spent }: Drained) => (spent === undefined ? {} : { note: spent });
  const beside = (peer: Drained, figure: string, atLeast: number): Finding => {
    const value = ours.rate / peer.rate;
    return { ...base, figure, value, unit: 'times', goal: { atLeast }, peers: [], ...noteOf(peer) };
  };
  const peers = [
    { name: 'no-op job', value: nothing.rate },
    { name: 'one insert a job', value: inserts.rate },
  ];
  return [
    { ...base, figure: 'tickets decided', value: ours.rate, unit: 'a second', goal: null, peers, ...noteOf(ours) },
    beside(nothing, 'beside no-op jobs', 0.35),
    beside(inserts, 'beside one insert a job', 1),
  ];
}
