import { startClaudeServer } from '@usher/test/support/claude-server';
import type { Finding } from '../benchmark.ts';
import { pay, type SentRequest, uncached } from './plain.ts';

const CALLS = 200;
const MINUTE_MS = 60_000;
const RATES = [1, 10, 60, 240];

/** What a call costs with an entry of five minutes, of an hour, and without, when calls come by chance at different rates. */
export async function compareLifetimes(request: SentRequest): Promise<Finding[]> {
  const findings = [];
  for (const minutes of RATES) {
    const hour = await meanCost(request, minutes);
    const peers = [
      { name: '5 minutes', value: await meanCost(keptFor(request, '5m'), minutes) },
      { name: 'no cache', value: await meanCost(uncached(request), minutes) },
    ];
    const figure = `1,000 tickets with the hour's entry, one every ${minutes} min`;
    findings.push({ figure, value: hour, unit: 'dollars', interval: null, n: CALLS, goal: null, peers } as const);
  }
  return findings;
}

function keptFor(request: SentRequest, ttl: '5m'): SentRequest {
  const system = request.system.map((block) => ({ ...block, cache_control: { type: 'ephemeral', ttl } }));
  return { ...request, system };
}

/** Dollars for 1,000 calls, by a server whose clock is ours. */
async function meanCost(request: SentRequest, minutes: number): Promise<number> {
  let time = 0;
  await using server = await startClaudeServer({ now: () => time });
  let microUsd = 0;
  for (let at = 0; at < CALLS; at += 1) {
    time += gap(at) * minutes * MINUTE_MS;
    microUsd += (await pay(server.url, request)).microUsd;
  }
  return microUsd / CALLS / 1_000;
}

/** Gaps between arrivals by chance (exponential, mean 1), every quantile once and in a mixed order, so that each run is the same. */
function gap(at: number): number {
  const quantile = ((at * 73) % CALLS) + 0.5;
  return -Math.log(1 - quantile / CALLS);
}
