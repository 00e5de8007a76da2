import { AccuracyReport } from '@usher/core/reports/accuracy';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { openApi } from './api-under-test.ts';
import { decideAs } from './decide-in-test.ts';

const api = await openApi();
afterAll(() => api[Symbol.asyncDispose]());

async function decided(ticketId: string): Promise<void> {
  await api.send('/ticket-webhook', { body: { ticket_id: ticketId, body: 'Two charges.' } });
  await decideAs(api, ticketId);
}

test('the accuracy of nothing is unknown, not zero', async () => {
  const { status, body } = await api.send('/v1/reports/accuracy');
  expect(status).toBe(200);
  expect(body).toMatchObject({ total: 0, correct: 0, accuracy: null, interval: null, by_category: [] });
});

test('accuracy is the share of predictions that were not corrected, with its interval and its bias', async () => {
  for (const id of ['A-1', 'A-2', 'A-3', 'A-4']) await decided(id);
  await api.send('/v1/tickets/api:A-1/corrections', { body: { category: 'general' } });
  await api.send('/v1/tickets/api:A-2/corrections', { body: { category: 'billing' } });
  const { body } = await api.send('/v1/reports/accuracy');
  const figures = { total: 4, correct: 3, accuracy: 0.75 };
  // Wilson's interval for 3 of 4.
  const interval = { low: expect.closeTo(0.3006, 3), high: expect.closeTo(0.9544, 3) };
  expect(body).toMatchObject({
    ...figures,
    interval,
    by_category: [{ category: 'billing', ...figures, interval }, { category: 'general' }],
    note: expect.stringContaining('Uncorrected is not the same as correct'),
    not_counted: 0,
  });
});

test('the tickets behind a cell of the confusion matrix can be listed', async () => {
  const Listed = z.object({ tickets: z.array(z.object({ ticket_id: z.string() })) });
  const listed = async (query: string) =>
    Listed.parse((await api.send(`/v1/tickets?${query}`)).body).tickets.map(({ ticket_id }) => ticket_id);
  const { confusion } = AccuracyReport.parse((await api.send('/v1/reports/accuracy?basis=judged')).body);
  expect(confusion).toEqual([
    { predicted: 'billing', truth: 'billing', n: 1 },
    { predicted: 'billing', truth: 'general', n: 1 },
  ]);
  expect(await listed('predicted=billing&truth=general')).toEqual(['A-1']);
  expect(await listed('predicted=billing&truth=billing')).toEqual(['A-2']);
  expect(await listed('truth=general')).toEqual(['A-1']);
  expect(await listed('predicted=billing')).toEqual(['A-4', 'A-3', 'A-2', 'A-1']);
  expect(await listed('predicted=general')).toEqual([]);
  expect(await listed('predicted=billing&truth=billing&basis=assumed')).toEqual(['A-4', 'A-3', 'A-2']);
  expect(await listed('predicted=billing&truth=general&basis=assumed')).toEqual(['A-1']);
  expect(await listed('predicted=billing&truth=general&basis=audit')).toEqual([]);
});

test.each([
  ['accuracy', 'category,total,correct,accuracy,'],
  ['calibration', 'basis,from,to,n,confidence,accuracy,'],
  ['volume', 'start,received,revised,route,'],
  ['latency', 'what,lane,n,p50,'],
  ['funnel', 'step,n,of_previous,'],
  ['risk', 'threshold,automated,'],
  ['learning', 'day,n,accuracy,'],
  ['suspicious', 'example,ticket,subject,'],
  ['overlap', 'first,second,confused,'],
])('the report %s is JSON, or CSV with the same figures', async (name, heading) => {
  const json = await api.send(`/v1/reports/${name}`);
  expect([json.status, json.headers.get('content-type')]).toEqual([200, 'application/json']);
  const csv = await api.send(`/v1/reports/${name}`, { headers: { Accept: 'text/csv' } });
  expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(csv.text.startsWith(heading)).toBe(true);
  expect((await api.send(`/v1/reports/${name}?format=csv`)).text).toBe(csv.text);
});

test('a report is narrowed by day, source and engine, and another table is had by its name', async () => {
  const total = async (query: string) =>
    AccuracyReport.parse((await api.send(`/v1/reports/accuracy?${query}`)).body).total;
  const today = new Date().toISOString().slice(0, 10);
  expect(await total(`from=${today}`)).toBe(4);
  expect(await total(`before=${today}`)).toBe(0);
  expect(await total('source=api&engine=claude')).toBe(4);
  expect(await total('source=nobody')).toBe(0);
  expect(await total('engine=local')).toBe(0);
  const { text } = await api.send('/v1/reports/accuracy?format=csv&table=confusion&basis=judged');
  expect(text).toBe('predicted,truth,n\r\nbilling,billing,1\r\nbilling,general,1\r\n');
});

test('the funnel leads from decision to correction', async () => {
  const { body } = await api.send('/v1/reports/funnel');
  expect(body).toMatchObject({
    received: 4,
    steps: {
      decided: { n: 4, of_previous: { value: 1 } },
      predicted: { n: 4 },
      automated: { n: 4 },
      corrected: { n: 1, of_previous: { value: 0.25, n: 4 } },
    },
  });
});

test('a few waits give no percentiles of which an interval could be told', async () => {
  const { body } = await api.send('/v1/reports/latency');
  const decision = { what: 'decision', lane: 'live', n: 4, p99: { value: null, low: null, high: null, n: 4 } };
  expect(body).toMatchObject({ overall: [{ what: 'claude', n: 4 }, decision], sla: { value: 1, n: 4 } });
});

test.each([
  ['accuracy?basis=guess', 'basis'],
  ['accuracy?from=yesterday', 'from'],
  ['accuracy?form=2026-01-01', 'form'],
  ['volume?limit=0', 'limit'],
  ['funnel?step=hour', 'step'],
  ['latency?format=csv&table=nothing', 'table'],
  ['latency?format=csv&table=constructor', 'table'],
])('GET /v1/reports/%s is refused, naming %s', async (query, field) => {
  const { status, body } = await api.send(`/v1/reports/${query}`);
  expect([status, body]).toMatchObject([422, { code: 'invalid', errors: [{ field }] }]);
});

test('reports need the scope agent or ops', async () => {
  const { key } = await api.makeKey(['intake']);
  expect((await api.send('/v1/reports/volume', { key })).status).toBe(403);
  const { key: ops } = await api.makeKey(['ops']);
  expect((await api.send('/v1/reports/volume', { key: ops })).status).toBe(200);
});
