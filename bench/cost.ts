import { startClaudeServer } from '@usher/test/support/claude-server';
import type { Benchmark, Finding } from './benchmark.ts';
import { compareLifetimes } from './cost/lifetimes.ts';
import { type Fleet, type Paid, payOurs } from './cost/ours.ts';
import { pay, SentRequest, uncached, withoutExamples } from './cost/plain.ts';
import { type Desk, readDesk } from './cost/tickets.ts';
import { startServices } from './services.ts';

const TICKETS = 1_000;
const AT_ONCE = 8;
/** How long the stand-in takes for a batch, in milliseconds. */
const BATCH_MS = 1_000;

export const cost: Benchmark = {
  name: 'cost',
  about: 'what 1,000 tickets cost with the default taxonomy, beside the whole prompt each time; about two minutes',
  async run(progress) {
    const desk = await readDesk(TICKETS);
    await using claude = await startClaudeServer();
    progress(`two workers decide ${TICKETS} live tickets`);
    const live = await payFleet(desk, { claudeUrl: claude.url, isForBatch: false });
    await using batching = await startClaudeServer({ batches: { endAfterMs: BATCH_MS } });
    progress('two workers decide the same tickets in a batch');
    const batched = await payFleet(desk, { claudeUrl: batching.url, isForBatch: true });
    const sent = firstRequests(claude.requests);
    progress(`the same ${sent.length} requests with the whole prompt each time`);
    const [plain, plainest] = [await payAll(sent.map(uncached)), await payAll(sent.map(uncached).map(withoutExamples))];
    progress('cache lifetimes at different rates');
    const [one] = sent;
    return [
      ...compare({ live, batched }, { plain, plainest }),
      ...(one === undefined ? [] : await compareLifetimes(one)),
    ];
  },
};

/** What a fleet on a database and a queue of its own pays. */
async function payFleet(desk: Desk, fleet: Omit<Fleet, 'services'>): Promise<Paid> {
  await using services = await startServices();
  return await payOurs(desk, { ...fleet, services });
}

/** What was sent for the tickets: a request a ticket, without those to other models and repairs. */
function firstRequests(requests: readonly { path: string; body: unknown }[]): SentRequest[] {
  const sent = requests.flatMap(({ path, body }) => (path === '/v1/messages' ? [SentRequest.parse(body)] : []));
  return sent.filter(({ model }) => model === sent[0]?.model).slice(0, TICKETS);
}

/** Dollars for 1,000 of them, each paid for alone. */
async function payAll(requests: readonly SentRequest[]): Promise<number> {
  await using claude = await startClaudeServer({ keepsRequests: false });
  const queue = requests.values();
  let microUsd = 0;
  const work = async () => {
    for (const request of queue) {
      const paid = await pay(claude.url, request);
      microUsd += paid.microUsd;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return microUsd / requests.length / 1_000;
}

function compare(
  { live, batched }: { live: Paid; batched: Paid },
  { plain, plainest }: { plain: number; plainest: number },
): Finding[] {
  const peers = [
    { name: 'the whole prompt each time', value: plain },
    { name: 'without similar tickets in it', value: plainest },
  ];
  const price = (figure: string, paid: Paid): Finding => ({
    figure,
    value: dollarsOf(paid),
    unit: 'dollars',
    interval: null,
    n: paid.tickets,
    goal: null,
    peers,
    note: `${paid.calls} calls, ${paid.writes} wrote the prompt to the cache`,
  });
  const beside = (figure: string, paid: Paid, { of, atMost }: { of: number; atMost: number }): Finding => {
    return {
      figure,
      value: dollarsOf(paid) / of,
      unit: 'share',
      interval: null,
      n: paid.tickets,
      goal: { atMost },
      peers: [],
    };
  };
  return [
    price('1,000 tickets, live', live),
    price('1,000 tickets, in a batch', batched),
    beside('live beside the whole prompt each time', live, { of: plain, atMost: 0.3 }),
    beside('live beside it without similar tickets', live, { of: plainest, atMost: 0.3 }),
    beside('in a batch beside the whole prompt each time', batched, { of: plain, atMost: 0.15 }),
    beside('in a batch beside it without similar tickets', batched, { of: plainest, atMost: 0.15 }),
    {
      figure: 'cold writes of the prompt by two workers, live',
      value: live.writes,
      unit: 'times',
      interval: null,
      n: live.tickets,
      goal: { atMost: 1 },
      peers: [],
    },
  ];
}

function dollarsOf({ costMicroUsd, tickets }: Paid): number {
  return costMicroUsd / tickets / 1_000;
}
