import { findConnector } from '@usher/core/connectors/registry';
import { cursorAt, placeAfter, placeAt } from '@usher/core/connectors/pull';
import { describe, expect, test } from 'vitest';
import { settingsOf } from '../../support/connector-samples.ts';

const now = new Date('2026-11-23T08:00:00.000Z');
const since = new Date('2026-11-23T06:00:00.000Z');

function pullOf(name: string) {
  const { pull } = findConnector(name)?.open(settingsOf(name)) ?? {};
  if (pull == null) throw new Error(`${name} cannot be pulled`);
  return pull;
}

describe('A list that is ordered by its last change', () => {
  const changesAt = (...times: string[]) => times.map((time) => `2026-11-23T${time}.000Z`);
  const from = { since: since.toISOString(), page: 1 };

  test('goes on after the newest of a full page, and page by page only where all changed at once', () => {
    const full = { perPage: 2, now };
    const moved = placeAfter(from, { ...full, changes: changesAt('06:10:00', '06:20:00') });
    expect(moved).toEqual({ cursor: cursorAt({ since: '2026-11-23T06:20:00.000Z', page: 1 }), hasMore: true });
    const stuck = placeAfter(from, { ...full, changes: changesAt('06:00:00', '06:00:00') });
    expect(placeAt(stuck.cursor)).toEqual({ ...from, page: 2 });
  });

  test('begins next time two minutes before now at the latest, and never earlier than it began', () => {
    const last = (...times: string[]) =>
      placeAt(placeAfter(from, { changes: changesAt(...times), perPage: 9, now }).cursor);
    expect(last('07:59:59')).toEqual({ since: '2026-11-23T07:58:00.000Z', page: 1 });
    expect(last('06:30:00')).toEqual({ since: '2026-11-23T06:30:00.000Z', page: 1 });
    expect(last()).toEqual(from);
  });
});

test('Zendesk is asked by its own cursor, from a moment on', () => {
  const pull = pullOf('zendesk');
  const start = pull.start(since);
  expect(pull.page(start).path).toBe(`/api/v2/incremental/tickets/cursor.json?start_time=${since.getTime() / 1_000}`);
  const ticket = {
    id: 1,
    subject: 'Refund',
    description: 'Twice.',
    status: 'open',
    updated_at: '2026-11-23T07:00:00Z',
  };
  const gone = { ...ticket, id: 3, status: 'deleted' };
  const answer = {
    tickets: [ticket, { ...ticket, id: 2, status: 'solved' }, gone],
    after_cursor: 'MTU=',
    end_of_stream: false,
  };
  const page = pull.read(start, answer, now);
  expect(page).toMatchObject({
    readings: [
      { kind: 'ticket', draft: { ticket_id: '1', body: 'Twice.' } },
      { kind: 'closed', ticketId: '2' },
    ],
    hasMore: true,
  });
  expect(page.readings).toHaveLength(2);
  expect(pull.page(page.cursor).path).toBe('/api/v2/incremental/tickets/cursor.json?cursor=MTU%3D');
  const empty = pull.read(page.cursor, { tickets: [], after_cursor: null, end_of_stream: true }, now);
  expect(empty).toEqual({ readings: [], cursor: page.cursor, hasMore: false });
});

test('Freshdesk is asked for texts, oldest change first, and a list without texts is refused', () => {
  const pull = pullOf('freshdesk');
  const start = pull.start(since);
  expect(pull.page(start).path).toBe(
    '/api/v2/tickets?order_by=updated_at&order_type=asc&include=description&updated_since=2026-11-23T06%3A00%3A00.000Z&per_page=100&page=1',
  );
  const ticket = {
    id: 1,
    subject: 'Refund',
    description: '<p>Twice.</p>',
    status: 2,
    updated_at: '2026-11-23T07:00:00Z',
  };
  expect(pull.read(start, [ticket, { ...ticket, id: 2, status: 5 }], now)).toMatchObject({
    readings: [
      { kind: 'ticket', draft: { ticket_id: '1' } },
      { kind: 'closed', ticketId: '2' },
    ],
    hasMore: false,
  });
  const { description: _, ...bare } = ticket;
  expect(() => pull.read(start, [bare], now)).toThrow(/0\.description/);
});

test('Zammad is searched, and the text of what is found is fetched', () => {
  const zammad = findConnector('zammad')?.open(settingsOf('zammad'));
  const pull = pullOf('zammad');
  const start = pull.start(since);
  expect(decodeURIComponent(pull.page(start).path)).toContain('query=updated_at:[2026-11-23T06:00:00.000Z TO *]');
  const page = pull.read(
    start,
    [
      { id: 5, state: 'open', updated_at: '2026-11-23T07:00:00Z' },
      { id: 6, state: 'merged' },
    ],
    now,
  );
  expect(page.readings).toMatchObject([
    { kind: 'fetch', ticketId: '5' },
    { kind: 'closed', ticketId: '6' },
  ]);
  const [first] = page.readings;
  expect(first?.kind === 'fetch' && first.requests.map(({ path }) => path)).toEqual([
    '/api/v1/tickets/5?expand=true',
    '/api/v1/ticket_articles/by_ticket/5?expand=true',
  ]);
  const article = {
    body: 'Twice.',
    internal: false,
    sender: 'Customer',
    type: 'email',
    created_at: '2026-11-23T06:00:00Z',
  };
  const late = { ...article, body: 'And?', created_at: '2026-11-23T07:00:00Z' };
  const found = { title: 'Refund', customer: 'ada@example.com', created_at: '2026-11-23T06:00:00Z' };
  expect(zammad?.readFetched('5', [found, [late, article]])).toMatchObject([
    { kind: 'ticket', draft: { ticket_id: '5', subject: 'Refund', body: 'Twice.', requester: 'ada@example.com' } },
  ]);
  expect(zammad?.readFetched('5', [found, [{ ...article, sender: 'Agent' }]])).toEqual([
    { kind: 'ignored', reason: 'by_agent' },
  ]);
});
