import { closeBreaker, listBreakers } from '@usher/db/breakers';
import { spentToday } from '@usher/db/spending';
import { describe, expect, test } from 'vitest';
import { postMessage } from '../support/claude-server-post.ts';
import type { ClaudeErrorName } from '../support/claude-server-errors.ts';
import type { Behaviour } from '../support/claude-server-plan.ts';
import { eventsOf, type Fleet, IN_FLIGHT, startFleet } from './fleet.ts';
import { texts } from './support-desk.ts';

/** Nothing may count against a ticket: as if it had never been started. */
async function expectNothingSpent({ desk }: Fleet): Promise<void> {
  const [row] = await desk.sql`select coalesce(max(starts), 0)::int as most from tickets`;
  expect(row).toEqual({ most: 0 });
}

async function breakerOf({ desk }: Fleet) {
  const [breaker] = await listBreakers(desk.db);
  return breaker;
}

/** Uses up one behaviour of the script. */
async function isRefused({ claude }: Fleet): Promise<boolean> {
  return (await postMessage(claude)).status !== 200;
}

/** How many tickets were decided or put back. */
async function settledBy(fleet: Fleet): Promise<number> {
  return eventsOf(fleet, 'ticket_decided').length + eventsOf(fleet, 'ticket_postponed').length;
}

/** Lets the tickets be looked at until none waits, as they would be by themselves a minute later. */
async function goOn(fleet: Fleet): Promise<void> {
  const isDone = async () => {
    await fleet.hurry();
    return (await fleet.states())['received'] === undefined;
  };
  await expect.poll(isDone, { timeout: 30_000, interval: 1_000 }).toBe(true);
}

describe('A fleet that Claude asks to pause', () => {
  test.each(['rate_limit', 'ramp_limit'] as const)('by %s pauses as a whole and spends no attempts', async (limit) => {
    await using fleet = await startFleet();
    const told = Promise.withResolvers<void>();
    const held = Array.from({ length: IN_FLIGHT }, () => ({ after: told.promise, behaviour: 'answer' }) as const);
    fleet.claude.script({ error: limit, retryAfter: '3600' }, ...held);
    await fleet.send(texts.refund, 20);
    await expect.poll(() => eventsOf(fleet, 'claude_paused').length, { timeout: 20_000 }).toBe(1);
    told.resolve();
    await expect.poll(() => settledBy(fleet), { timeout: 20_000 }).toBe(20);

    // Who had been let through before was answered; all the others wait for the end of the pause.
    const { routed = 0, received = 0 } = await fleet.states();
    expect(fleet.claude.requests).toHaveLength(routed + 1);
    expect(routed).toBeLessThanOrEqual(IN_FLIGHT);
    expect(eventsOf(fleet, 'ticket_postponed').filter(({ code }) => code === 'budget_wait')).toHaveLength(received - 1);
    expect(eventsOf(fleet, 'claude_slowed')).toHaveLength(limit === 'ramp_limit' ? 1 : 0);
    await expectNothingSpent(fleet);
  });

  test('is hardly ever refused by shallow buckets, because it calls in time', async () => {
    await using fleet = await startFleet({
      claude: { limits: { requests: 1_200, inputTokens: 10_000_000, outputTokens: 1_000_000 }, bucketSeconds: 2 },
    });
    await fleet.send(texts.refund, 25);

    expect(await fleet.decided()).toEqual({ routed: 25 });
    await expectNothingSpent(fleet);
    // Before the first answer nobody knew the limit.
    expect(fleet.claude.requests.length).toBeLessThanOrEqual(25 + IN_FLIGHT);
  });
});

describe('A fleet in trouble that passes', () => {
  const errors: ClaudeErrorName[] = [
    'request_timeout',
    'conflict',
    'internal',
    'unavailable',
    'gateway_timeout',
    'overloaded',
  ];
  const troubles: Behaviour[] = [
    ...errors.map((error) => ({ error })),
    'cut_body',
    'hang_up',
    'html',
    'malformed_body',
  ];

  test('tries each ticket again and holds nothing against it', async () => {
    await using fleet = await startFleet();
    fleet.claude.script(...troubles);
    await fleet.send(texts.refund, troubles.length);

    expect(await fleet.decided()).toEqual({ routed: troubles.length });
    await expectNothingSpent(fleet);
    expect(fleet.claude.requests).toHaveLength(2 * troubles.length);
    expect(await breakerOf(fleet)).toMatchObject({ state: 'closed' });
    // More than one failure in ten is trouble, and everybody calls less.
    expect(eventsOf(fleet, 'claude_slowed').length).toBeGreaterThan(0);
  });

  test('stops calling when nobody is answered any more, and a probe brings it back', async () => {
    await using fleet = await startFleet({ shared: { outage: { calls: 2, overMs: 0 } } });
    fleet.claude.script(...Array.from({ length: 2 * IN_FLIGHT }, () => ({ error: 'overloaded' }) as const));
    const tickets = await fleet.send(texts.refund, 12);
    await fleet.postponed(tickets);

    expect(await breakerOf(fleet)).toMatchObject({ reason: 'outage' });
    expect(eventsOf(fleet, 'ticket_postponed').some(({ code }) => code === 'claude_silent')).toBe(true);
    await expectNothingSpent(fleet);

    while (await isRefused(fleet)) continue;
    await fleet.desk.sql`update breakers set open_until = now(), probed_until = null`;
    await goOn(fleet);
    expect(await fleet.states()).toEqual({ routed: 12 });
    expect(await breakerOf(fleet)).toMatchObject({ state: 'closed' });
    expect(eventsOf(fleet, 'breaker_closed').length).toBeGreaterThan(0);
  });
});

describe('A fleet that is refused', () => {
  test.each(['authentication', 'billing', 'permission', 'not_found', 'organization_on_hold'] as const)(
    'for its configuration (%s) stops calling; tickets wait, and go on when the breaker is closed by hand',
    async (error) => {
      await using fleet = await startFleet();
      fleet.claude.script(...Array.from({ length: IN_FLIGHT }, () => ({ error }) as const));
      const tickets = await fleet.send(texts.refund, 20);
      await fleet.postponed(tickets);

      expect(fleet.claude.requests.length).toBeLessThanOrEqual(IN_FLIGHT);
      expect(await breakerOf(fleet)).toMatchObject({ state: 'open', reason: 'configuration' });
      expect(eventsOf(fleet, 'breaker_opened')).toHaveLength(1);
      await expectNothingSpent(fleet);

      // Whatever was scripted for calls that nobody made.
      while (await isRefused(fleet)) continue;
      await closeBreaker(fleet.desk.db, 'claude:test');
      await goOn(fleet);
      expect(await fleet.states()).toEqual({ routed: 20 });
    },
  );

  test.each(['enforced_spend_limit', 'contract_spend_limit', 'own_spend_limit'] as const)(
    'for money (%s) stops calling; live tickets go to a person, bulk waits',
    async (error) => {
      await using fleet = await startFleet({ claude: { rates: [{ share: 1, behaviour: { error } }] } });
      await fleet.send(texts.refund, 20);
      expect(await fleet.decided()).toEqual({ triaged: 20 });
      const bulk = await fleet.send(texts.refund, 5, 'bulk');
      await fleet.postponed(bulk);

      expect(fleet.claude.requests.length).toBeLessThanOrEqual(IN_FLIGHT);
      expect(await breakerOf(fleet)).toMatchObject({ state: 'open', reason: 'money' });
      expect(eventsOf(fleet, 'breaker_opened')).toHaveLength(1);
      const reasons = await fleet.desk.sql`select distinct reason, confidence from tickets where state = 'triaged'`;
      expect(reasons).toEqual([{ reason: 'budget_spent', confidence: null }]);
      await expectNothingSpent(fleet);
    },
  );

  test.each(['invalid_request', 'too_large'] as const)(
    'for the content of one ticket (%s) gives that one to a person and goes on with the others',
    async (error) => {
      await using fleet = await startFleet({ claude: { rules: [{ matches: /crash/i, behaviour: { error } }] } });
      await fleet.send(texts.crash, 1);
      await fleet.send(texts.refund, 9);

      expect(await fleet.decided()).toEqual({ routed: 9, triaged: 1 });
      expect(fleet.claude.requests).toHaveLength(10);
    },
  );
});

test.each(['refusal', 'max_tokens', 'not_json', 'wrong_shape', 'unknown_label'] as const)(
  'A fleet whose answers are of no use (%s) asks the hard model once and then a person, with no confidence invented',
  async (behaviour) => {
    await using fleet = await startFleet({ claude: { rules: [{ matches: /crash/i, behaviour }] } });
    await fleet.send(texts.crash, 2);

    expect(await fleet.decided()).toEqual({ triaged: 2 });
    const confidences = await fleet.desk.sql`select distinct confidence from tickets`;
    expect(confidences).toEqual([{ confidence: null }]);
    expect(fleet.claude.requests).toHaveLength(behaviour === 'refusal' ? 4 : 6);
    await expectNothingSpent(fleet);
  },
);

test('A fleet spends no more than the day allows, gives what is left to people and drops nothing', async () => {
  const dailyMicroUsd = 1_500;
  await using fleet = await startFleet({ shared: { dailyMicroUsd } });
  await fleet.send(texts.refund, 40);

  const { routed = 0, triaged = 0 } = await fleet.decided();
  expect([routed + triaged, routed > 0, triaged > 0]).toEqual([40, true, true]);
  const [paid] = await fleet.desk.sql`select sum(cost_micro_usd)::int as paid from classifications`;
  expect(paid?.['paid']).toBeLessThanOrEqual(dailyMicroUsd);
  expect(await spentToday(fleet.desk.db)).toEqual([{ purse: 0, spentMicroUsd: paid?.['paid'] }]);
  const alerts = eventsOf(fleet, 'money_alert').map(({ percent }) => percent);
  expect(alerts.toSorted((a, b) => a - b)).toEqual([50, 80, 100]);
  await expectNothingSpent(fleet);
});
