import { afterAll, expect, test } from 'vitest';
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
  expect(body).toEqual({
    ...figures,
    interval,
    by_category: [{ category: 'billing', ...figures, interval }],
    note: expect.stringContaining('Uncorrected is not the same as correct'),
  });
});
