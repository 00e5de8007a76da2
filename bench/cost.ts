import { startClaudeServer } from '@usher/test/support/claude-server';
import type { Benchmark, Finding } from './benchmark.ts';
import { compareLifetimes } from './cost/lifetimes.ts';
import { type Paid, payOurs } from './cost/ours.ts';
import { pay, SentRequest, uncached, withoutExamples } from './cost/plain.ts';
import { readDesk } from './cost/tickets.ts';
import { startServices } from './services.ts';

const TICKETS = 1_000;
const AT_ONCE = 8;
/** A batch costs half of the same tokens. */
const BATCH_FACTOR = 0.5;

export const cost: Benchmark = {
  name: 'cost',
  about: 'what 1,000 tickets cost with the default taxonomy, beside the whole prompt each time; about two minutes',
  async run(progress) {
    const desk = await readDesk(TICKETS);
    await using services = await startServices();
    await using claude = await startClaudeServer();
    progress(`two workers decide ${TICKETS} tickets`);
    const ours = await payOurs(desk, services, claude.url);
    const sent = firstRequests(claude.requests);
    progress(`the same ${sent.length} requests with the whole prompt each time`);
    const [plain, plainest] = [await payAll(sent.map(uncached)), await payAll(sent.map(uncached).map(withoutExamples))];
    progress('cache lifetimes at different rates');
    const [one] = sent;
    return [...compare(ours, { plain, plainest }), ...(one === undefined ? [] : await compareLifetimes(one))];
  },
};

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

function compare(ours: Paid, { plain, plainest }: { plain: number; plainest: number }): Finding[] {
  const dollars = ours.costMicroUsd / ours.tickets / 1_000;
  const n = ours.tickets;
  const share = { unit: 'share', interval: null, n } as const;
  const price = { unit: 'dollars', interval: null, n, goal: null } as const;
  const peers = [
    { name: 'the whole prompt each time', value: plain },
    { name: 'without similar tickets in it', value: plainest },
  ];
  const calls = `${ours.calls} calls, ${ours.reused} taken over`;
  return [
    { figure: '1,000 tickets, live', value: dollars, ...price, peers, note: calls },
    {
      figure: '1,000 tickets, in batches',
      value: dollars * BATCH_FACTOR,
      ...price,
      peers,
      note: 'the live tokens at half the price',
    },
    {
      figure: 'live beside the whole prompt each time',
      value: dollars / plain,
      ...share,
      goal: { atMost: 0.3 },
      peers: [],
    },
    {
      figure: 'live beside it without similar tickets',
      value: dollars / plainest,
      ...share,
      goal: { atMost: 0.3 },
      peers: [],
    },
    {
      figure: 'in batches beside it',
      value: (dollars * BATCH_FACTOR) / plain,
      ...share,
      goal: { atMost: 0.15 },
      peers: [],
      note: 'the live tokens at half the price',
    },
    {
      figure: 'input read from the cache, live',
      value: ours.cacheReadTokens / ours.inputTokens,
      ...share,
      goal: null,
      peers: [],
    },
    {
      figure: 'cold writes of the prompt by two workers',
      value: ours.writes,
      unit: 'times',
      interval: null,
      n,
      goal: { atMost: 1 },
      peers: [],
    },
  ];
}
