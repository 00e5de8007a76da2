import type { EngineCall } from '@usher/core/engine';
import { recordCalls, recordDecision } from '@usher/db/record-decision';
import { afterAll, expect, test } from 'vitest';
import { answer, makeRelease, routeToFinance } from '../db/decision.ts';
import { openApi } from './api-under-test.ts';
import { untilStored } from './decide-in-test.ts';

const api = await openApi();
afterAll(() => api[Symbol.asyncDispose]());

const refused = answer({ outcome: 'refused', suggestion: null, costMicroUsd: 30 });
const local = answer({ engine: 'local', model: 'local-1', usage: null, costMicroUsd: 0, requestId: null });
const hard = answer({ model: 'claude-sonnet-5-5', costMicroUsd: 1_000 });

async function decided(ticketId: string, calls: EngineCall[]): Promise<void> {
  await api.send('/ticket-webhook', { body: { ticket_id: ticketId, body: 'Two charges.' } });
  const { id, revision } = await untilStored(api, ticketId);
  const releaseId = await makeRelease(api.db);
  const text = { ticketId: id, revision, releaseId, mode: 'auto' } as const;
  await recordDecision(api.db, { ...text, engine: 'cascade', calls, decision: routeToFinance() });
}

test('the cost of nothing is nothing, and of a thousand tickets unknown', async () => {
  const { status, body } = await api.send('/v1/reports/cost');
  expect(status).toBe(200);
  expect(body).toMatchObject({ tickets: 0, cost_micro_usd: 0, cost_per_1000_tickets: null, by_day: [] });
});

test('every answer counts, refused ones too, and a text that took several answers is one ticket', async () => {
  await decided('C-1', [local, answer()]);
  await decided('C-2', [refused, hard]);
  await decided('C-3', [answer({ usage: null, costMicroUsd: 0, requestId: null, reusedFrom: 2 })]);
  const waiting = await untilStored(api, 'C-3');
  const releaseId = await makeRelease(api.db);
  await recordCalls(api.db, { ticketId: waiting.id, revision: 2, releaseId, mode: 'auto', calls: [refused] });

  const { body } = await api.send('/v1/reports/cost');
  expect(body).toMatchObject({
    tickets: 4,
    calls: 4,
    reused: 1,
    cost_micro_usd: 48 + 30 + 1_000 + 30,
    cost_per_1000_tickets: 0.277,
    interval: null,
    input_tokens: 4 * 2_236,
    cached_share: expect.closeTo(2_140 / 2_236, 6),
    output_tokens: 4 * 34,
    by_day: [{ tickets: 4, cost_micro_usd: 1_108 }],
    by_model: [
      { model: 'claude-haiku-5-5', tickets: 4, calls: 3, cost_micro_usd: 108 },
      { model: 'claude-sonnet-5-5', tickets: 1, calls: 1, cost_micro_usd: 1_000 },
      { model: 'local-1', tickets: 1, calls: 0, cost_micro_usd: 0, cached_share: null },
    ],
    by_source: [{ source: 'api', tickets: 4 }],
    by_category: [
      { category: 'billing', tickets: 3, cost_micro_usd: 1_078 },
      { category: 'none', tickets: 1, cost_micro_usd: 30 },
    ],
    note: expect.stringContaining('refused and unusable ones too'),
  });
});

test('costs can be had as CSV, by whichever they are told', async () => {
  const { text, headers } = await api.send('/v1/reports/cost?format=csv&table=models');
  expect(headers.get('content-disposition')).toBe('attachment; filename="usher-cost-models.csv"');
  expect(text.split('\r\n').slice(0, 2)).toEqual([
    'model,tickets,calls,reused,cost_usd,cost_per_1000_tickets,cost_per_1000_tickets_low,cost_per_1000_tickets_high,' +
      'input_tokens,cached_share,output_tokens',
    expect.stringMatching(/^claude-haiku-5-5,4,3,1,0.000108,0.027,,,/),
  ]);
  expect((await api.send('/v1/reports/cost', { headers: { Accept: 'text/csv' } })).text).toMatch(/^day,tickets/);
});

test('a span counts what was answered in it', async () => {
  const { body } = await api.send('/v1/reports/cost?from=2020-01-01T00:00:00Z&until=2020-02-01T00:00:00Z');
  expect(body).toMatchObject({ from: '2020-01-01T00:00:00.000Z', until: '2020-02-01T00:00:00.000Z', tickets: 0 });
});

test.each([
  ['from=yesterday', 'from'],
  ['from=2026-02-01T00:00:00Z&until=2026-01-01T00:00:00Z', 'from'],
  ['since=2026-01-01T00:00:00Z', 'since'],
])('the span %s is refused with the reason', async (query, field) => {
  const { status, body } = await api.send(`/v1/reports/cost?${query}`);
  expect([status, body]).toMatchObject([422, { errors: [{ field: expect.stringContaining(field) }] }]);
});

test('costs are for ops', async () => {
  const { key } = await api.makeKey(['agent']);
  expect((await api.send('/v1/reports/cost', { key })).status).toBe(403);
});
