import { connectDatabase } from '@usher/db/connect';
import { listDeliveries } from '@usher/db/list-deliveries';
import { ensureSource } from '@usher/db/sources';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { usherOn, type Usher } from './usher.ts';

let database: TestDatabase;
let usher: Usher;
beforeAll(async () => {
  database = await createTestDatabase();
  usher = usherOn(database);
  await using opened = connectDatabase(database.url, { name: 'test', connections: 1 });
  await ensureSource(opened.db, 'shop');
});
afterAll(() => database.drop());

describe('usher endpoints', () => {
  test('adds one with a secret that is shown once, lists it, changes, disables, enables and removes it', async () => {
    const made = (await usher(['endpoints', 'add', 'https://example.com/hook', '--source', 'shop', '--json'])).json();
    expect(made).toMatchObject({
      url: 'https://example.com/hook',
      source: 'shop',
      events: ['ticket.decided', 'ticket.corrected', 'ticket.failed'],
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
    });
    const { id, secret } = Object(made);
    const change = ['endpoints', 'change', String(id), '--every-source', '--events', 'ticket.failed'];
    expect(await usher(change)).toMatchObject({ code: 0 });
    const listed = await usher(['endpoints', 'list']);
    expect(listed.out).toMatch(/https:\/\/example\.com\/hook +ticket\.failed +every +told/);
    expect(listed.out).not.toContain(secret);

    await usher(['endpoints', 'disable', String(id)]);
    expect((await usher(['endpoints', 'list', '--json'])).json()).toMatchObject([{ id, disabled_why: 'by_hand' }]);
    await usher(['endpoints', 'enable', String(id)]);
    const rotated = (await usher(['endpoints', 'rotate', String(id), '--json'])).json();
    expect(rotated).toMatchObject({ id, secret: expect.stringMatching(/^whsec_/) });
    expect(Object(rotated).secret).not.toBe(secret);
    expect((await usher(['endpoints', 'list', '--json'])).json()).toMatchObject([
      { id, disabled_why: null, old_secret_until: expect.any(String) },
    ]);
    expect(await usher(['endpoints', 'remove', String(id)])).toMatchObject({ code: 0 });
    expect((await usher(['endpoints', 'list', '--json'])).json()).toEqual([]);
    for (const verb of ['remove', 'enable', 'rotate', 'test']) {
      expect(await usher(['endpoints', verb, String(id)])).toMatchObject({
        code: 1,
        error: `usher: There is no endpoint ${id}. usher endpoints list shows them.\n`,
      });
    }
  });

  test.each([
    [['http://example.com/'], 'must begin with https://'],
    [['https://127.0.0.1/'], 'must name a public host'],
    [['nonsense'], 'must be a URL'],
    [['https://example.com/', '--events', 'ticket.lost'], 'This endpoint cannot be: events.0: '],
    [['https://example.com/', '--source', 'ghost'], 'There is no source ghost.'],
  ])('refuses %j, saying why', async (args, why) => {
    expect(await usher(['endpoints', 'add', ...args])).toMatchObject({ code: 1, error: expect.stringContaining(why) });
    expect((await usher(['endpoints', 'list', '--json'])).json()).toEqual([]);
  });
});

describe('usher deliveries', () => {
  test('lists, shows and replays, one or a range of those that were given up', async () => {
    await using opened = connectDatabase(database.url, { name: 'test', connections: 1 });
    const { db } = opened;
    const { id } = Object((await usher(['endpoints', 'add', 'https://example.com/hook', '--json'])).json());
    await db.execute(`insert into deliveries (endpoint_id, event, state, attempts, due_at, last_status, last_error)
      select ${id}, 'endpoint.test', case when n = 3 then 'delivered' else 'dead' end, 10, now(), 503, 'answered 503'
      from generate_series(1, 4) n`);
    const numbers = (await listDeliveries(db, {}, { limit: 9 })).map((delivery) => delivery.id).toReversed();
    const [first = 0, second = 0, , fourth = 0] = numbers;

    expect((await usher(['deliveries', 'list', '--state', 'dead', '--json'])).json()).toMatchObject([
      { id: fourth },
      { id: second },
      { id: first, endpoint: id, last_error: 'answered 503' },
    ]);
    expect((await usher(['deliveries', 'show', String(first)])).out).toMatch(/^last_error +answered 503$/m);
    expect((await usher(['deliveries', 'replay', String(first)])).out).toBe('1 due now.\n');
    expect((await usher(['deliveries', 'replay', String(first), String(fourth), '--json'])).json()).toEqual({
      replayed: 2,
      may_be_more: false,
    });
    expect((await usher(['deliveries', 'replay', '--all-dead'])).out).toBe('0 due now.\n');
    expect(await listDeliveries(db, { state: 'pending' }, { limit: 9 })).toMatchObject(
      [fourth, second, first].map((id) => ({ id, attempts: 0, lastError: null })),
    );
  });

  test.each([
    [['replay'], 1, 'Give the number of a delivery'],
    [['replay', '1', '--all-dead'], 1, 'Give the number of a delivery'],
    [['replay', '999999'], 1, 'There is no delivery 999999.'],
    [['show', '999999'], 1, 'There is no delivery 999999.'],
    [['show', 'x'], 2, ''],
    [['list', '--state', 'lost'], 2, ''],
    [['list', '--from', 'yesterday'], 2, ''],
    [['list', '--ticket', ':'], 1, 'There is no ticket :.'],
  ])('%j is refused with code %i', async (args, code, why) => {
    expect(await usher(['deliveries', ...args])).toMatchObject({ code, error: expect.stringContaining(why) });
  });
});

test('usher undo says when there is no such ticket', async () => {
  expect(await usher(['undo', 'shop:1'])).toMatchObject({
    code: 1,
    error: expect.stringContaining('There is no ticket shop:1.'),
  });
});
