import { afterAll, expect, test } from 'vitest';
import { createEmptyDatabase } from '../support/postgres.ts';
import { openApi } from './api-under-test.ts';

const api = await openApi();
afterAll(() => api[Symbol.asyncDispose]());

test('a process with a migrated database is alive and ready, whoever asks', async () => {
  expect(await api.send('/livez', { key: null })).toMatchObject({ status: 200, body: { status: 'alive' } });
  expect(await api.send('/readyz', { key: null })).toMatchObject({ status: 200, body: { status: 'ready' } });
});

test('a database that lacks migrations makes the process alive and not ready', async () => {
  await using empty = await createEmptyDatabase();
  await using other = await openApi({ databaseUrl: empty.url });
  expect((await other.send('/livez')).status).toBe(200);
  const ready = await other.send('/readyz');
  expect([ready.status, ready.body]).toMatchObject([
    503,
    { code: 'not_ready', reasons: [expect.stringMatching(/lacks \d+ migrations/)] },
  ]);
});

test('the metrics count tickets by what became of them, and time requests by route', async () => {
  for (const body of ['Two charges.', 'Two charges.', 'Three charges.']) {
    await api.send('/ticket-webhook', { body: { ticket_id: 'M-1', body } });
  }
  await api.send('/v1/tickets/api:M-1');
  await api.send('/nowhere/M-1');
  const { status, headers, text } = await api.send('/metrics', { key: null });
  expect([status, headers.get('Content-Type')]).toEqual([200, expect.stringContaining('text/plain')]);
  expect(text).toMatch(/^usher_tickets_received_total\{outcome="new"\} 1$/m);
  expect(text).toMatch(/^usher_tickets_received_total\{outcome="duplicate"\} 1$/m);
  expect(text).toMatch(/^usher_tickets_received_total\{outcome="revised"\} 1$/m);
  expect(text).toMatch(/^usher_tickets_waiting\{lane="live"\} 1$/m);
  expect(text).toMatch(/^usher_oldest_waiting_seconds\{lane="live"\} \d/m);
  const counted = (labels: string) => `usher_http_request_duration_seconds_count{${labels}}`;
  expect(text).toContain(`${counted('method="POST",route="/ticket-webhook",status="202"')} 3`);
  expect(text).toContain(`${counted('method="GET",route="/v1/tickets/:id",status="200"')} 1`);
  expect(text).toContain(`${counted('method="GET",route="none",status="404"')} 1`);
  expect(text).not.toContain('M-1');
});

test('no gauge carries the name of a counter', async () => {
  const { text } = await api.send('/metrics');
  const gauges = [...text.matchAll(/^# TYPE (\S+) gauge$/gm)].map(([, name]) => name);
  expect(gauges).toContain('nodejs_eventloop_lag_seconds');
  expect(gauges.filter((name) => name?.endsWith('_total'))).toEqual([]);
});
