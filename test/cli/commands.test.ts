import { readFile, rm, writeFile } from 'node:fs/promises';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TicketDraft } from '@usher/core/ticket';
import { connectDatabase } from '@usher/db/connect';
import { migrate } from '@usher/db/migrate';
import { receiveTickets } from '@usher/db/receive-tickets';
import { API_SOURCE, ensureSource } from '@usher/db/sources';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startClaudeServer } from '../support/claude-server.ts';
import { createEmptyDatabase, type TestDatabase } from '../support/postgres.ts';
import { type Usher, usherOn } from './usher.ts';

const SHIPPED = new URL('../../taxonomy.yaml', import.meta.url).pathname;

let folder: string;
let database: TestDatabase;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'usher-cli-'));
  database = await createEmptyDatabase();
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await database.drop();
});

const usher: Usher = (args, settings) => usherOn(database, { USHER_TAXONOMY: SHIPPED })(args, settings);

describe('usher classify', () => {
  const ticket = ['Charged twice', 'I see two charges of 49 EUR for order 1182. Please refund one.'];

  test('decides a ticket from the taxonomy file alone', async () => {
    const { code, json } = await usher(['classify', ...ticket, '--json'], { DATABASE_URL: '' });
    expect(code).toBe(0);
    expect(json()).toMatchObject({
      action: 'route',
      routed_to: 'finance',
      category: 'billing',
      sla_hours: 24,
      note: null,
    });
  });

  test('shows people a table with the reason', async () => {
    const { out } = await usher(['classify', ...ticket]);
    expect(out).toMatch(/^team +finance$/m);
    expect(out).toMatch(/^why +Words that spoke for it: /m);
  });

  test('sends what nobody could judge to triage with the note', async () => {
    const { json } = await usher(['classify', '', 'xq zzv', '--json']);
    expect(json()).toMatchObject({
      action: 'triage',
      routed_to: 'triage',
      note: expect.stringMatching(/Manual review needed\.$/),
    });
  });

  test('asks Claude through the real client when there is a key', async () => {
    await using claude = await startClaudeServer();
    const settings = { ANTHROPIC_API_KEY: 'test-key', ANTHROPIC_BASE_URL: claude.url };
    const { json } = await usher(['classify', ...ticket, '--engine', 'claude', '--json'], settings);
    expect(json()).toMatchObject({ category: 'billing', cost_micro_usd: expect.any(Number) });
    const asked = JSON.stringify(claude.requests.find(({ path }) => path === '/v1/messages')?.body);
    expect(asked).toContain(String.raw`similar_tickets\":[{\"subject`);
    expect(claude.requests).toHaveLength(1);
  });

  test('says what is missing for an engine and which engines there are', async () => {
    expect(await usher(['classify', ...ticket, '--engine', 'claude'])).toMatchObject({
      code: 1,
      error: expect.stringContaining('needs ANTHROPIC_API_KEY'),
    });
    expect(await usher(['classify', ...ticket, '--engine', 'oracle'])).toMatchObject({
      code: 1,
      error: expect.stringContaining('Known are: cascade, claude, local'),
    });
  });
});

describe('usher taxonomy', () => {
  const broken = `fallback: general
categories:
  - { key: general, title: General, description: All, team: support, priority: low, sla_hours: 48 }
  - { key: general, title: Again, description: Twice, team: support, priority: soon, sla_hours: 48 }
`;

  test('check tells every problem with its line', async () => {
    const path = join(folder, 'broken.yaml');
    await writeFile(path, broken);
    const { code, error } = await usher(['taxonomy', 'check', path]);
    expect(code).toBe(1);
    expect(error).toMatch(/line 4, categories\.1\.priority: /);
  });

  test('check points at the place where YAML itself is broken', async () => {
    const path = join(folder, 'not.yaml');
    await writeFile(path, 'fallback: [general\n');
    expect(await usher(['taxonomy', 'check', path])).toMatchObject({
      code: 1,
      error: expect.stringMatching(/is not valid YAML:\n.*line 2/s),
    });
  });

  test('migrate publishes the file once; publish makes the next version, and only on the expected one', async () => {
    expect((await usher(['migrate', '--json'])).json()).toEqual({ migrated: true, taxonomy: 1 });
    expect((await usher(['migrate', '--json'])).json()).toEqual({ migrated: true, taxonomy: 1 });
    expect((await usher(['taxonomy', 'publish', '--expect', '1', '--json'])).json()).toEqual({ version: 2 });
    expect(await usher(['taxonomy', 'publish', '--expect', '1'])).toMatchObject({
      code: 1,
      error: expect.stringContaining('The taxonomy is at version 2, not 1'),
    });
    expect(await usher(['taxonomy', 'publish', '--expect', 'one'])).toMatchObject({ code: 2 });
  });

  test('versions are listed and compared, and an old one is put in force again', async () => {
    const path = join(folder, 'changed.yaml');
    await writeFile(path, (await readFile(SHIPPED, 'utf8')).replace('team: finance', 'team: payments'));
    expect((await usher(['taxonomy', 'publish', path, '--json'])).json()).toEqual({ version: 3 });
    const { out } = await usher(['taxonomy', 'diff', '2']);
    expect(out).toMatch(/^billing +team +finance +payments$/m);
    const rollback = await usher(['taxonomy', 'rollback', '2', '--json']);
    expect(rollback.json()).toEqual({ version: 4, restored_from: 2 });
    expect((await usher(['taxonomy', 'diff', '2', '4'])).out).toBe('They are the same.\n');
    expect((await usher(['taxonomy', 'versions'])).out).toMatch(/^4, in force .+ usher taxonomy +7 +version 2 anew$/m);
    expect(await usher(['taxonomy', 'rollback', '4'])).toMatchObject({
      code: 1,
      error: expect.stringContaining('in force already'),
    });
    expect(await usher(['taxonomy', 'rollback', '9'])).toMatchObject({ code: 1 });
    expect(await usher(['taxonomy', 'rollback', '1', '--expect', '2'])).toMatchObject({ code: 1 });
  });

  test('check warns of descriptions that are nearly the same', async () => {
    const path = join(folder, 'alike.yaml');
    const line = (key: string) =>
      `  - { key: ${key}, title: Refunds, description: Money back, team: support, priority: low, sla_hours: 48 }`;
    await writeFile(path, ['fallback: one', 'categories:', line('one'), line('two'), ''].join('\n'));
    const { code, out } = await usher(['taxonomy', 'check', path]);
    expect([code, out]).toEqual([0, expect.stringContaining('Warning: one and two have descriptions that are nearly')]);
  });
});

describe('usher keys and sources', () => {
  beforeAll(() => migrate(database.url));

  test('a key is shown once, listed without its secret, and revoked once', async () => {
    const made = (await usher(['keys', 'create', 'Web shop', '--scope', 'intake,agent', '--json'])).json();
    expect(made).toMatchObject({
      name: 'Web shop',
      scopes: ['intake', 'agent'],
      key: expect.stringMatching(/^usher_.{40,}$/),
    });
    const { id, key } = Object(made);
    const listed = await usher(['keys', 'list']);
    expect(listed.out).toMatch(/Web shop +intake,agent +api +\d{4}-\d\d-\d\d +active/);
    expect(listed.out).not.toContain(key);
    expect(await usher(['keys', 'revoke', String(id)])).toMatchObject({ code: 0 });
    expect(await usher(['keys', 'revoke', String(id)])).toMatchObject({
      code: 1,
      error: expect.stringContaining('no active key'),
    });
    expect((await usher(['keys', 'list'])).out).toContain('revoked');
  });

  test('an unknown scope is refused with those that exist', async () => {
    expect(await usher(['keys', 'create', 'x', '--scope', 'root'])).toMatchObject({
      code: 1,
      error: expect.stringContaining('Known are: intake, agent, ops, admin'),
    });
  });

  test('a source gets a name that a ticket can be addressed by, and a key gets a name at all', async () => {
    for (const name of ['a:b', 'Shop', '', ' shop', '-shop', 's'.repeat(64)]) {
      const refused = { code: 1, error: expect.stringContaining(`"${name}" cannot name a source: it must be 1 to 63`) };
      expect(await usher(['keys', 'create', 'x', `--source=${name}`])).toMatchObject(refused);
    }
    expect(await usher(['keys', 'create', 'x', '--source', 's'.repeat(63)])).toMatchObject({ code: 0 });
    expect(await usher(['keys', 'create', ' '])).toMatchObject({
      code: 1,
      error: 'usher: Give the key a name that says what it is for.\n',
    });
  });

  test('a source that sends nothing yet is listed by its name and kind', async () => {
    expect((await usher(['sources', 'list'])).out).toMatch(/api +api/);
  });
});

describe('usher correct', () => {
  const draft = TicketDraft.parse({ ticket_id: 'C-1', subject: 'Charged twice', body: 'Please refund one charge.' });

  beforeAll(async () => {
    await usher(['migrate']);
    await using opened = connectDatabase(database.url, { name: 'test', connections: 1 });
    const source = await ensureSource(opened.db, API_SOURCE);
    await receiveTickets(opened.db, [{ sourceId: source.id, lane: 'live', draft }]);
  });

  test('says what changed, and confirmed where nothing did', async () => {
    expect((await usher(['correct', 'api:C-1', 'returns'])).out).toMatch(/^Ticket api:C-1: .* → returns, routed to /);
    expect((await usher(['correct', 'api:C-1', 'returns'])).out).toBe(
      'Ticket api:C-1: returns confirmed, routed to support.\n',
    );
  });

  test('a note that is too long is refused in words', async () => {
    expect(await usher(['correct', 'api:C-1', 'returns', '--note', 'x'.repeat(2_001)])).toMatchObject({
      code: 1,
      error: 'usher: This correction cannot be made: the note must have at most 2,000 characters.\n',
    });
  });
});

describe('every command', () => {
  test('a bad setting stops it with every problem at once, in words or as JSON', async () => {
    const bad = { PORT: 'abc', USHER_MODE: 'sometimes', USHER_MAX_AGE: '15' };
    const { code, error } = await usher(['report'], bad);
    expect(code).toBe(1);
    for (const name of Object.keys(bad)) expect(error).toContain(`- ${name}: `);
    expect(JSON.parse((await usher(['report', '--json'], bad)).error)).toMatchObject({
      error: { code: 'config_invalid' },
    });
  });

  test('a database that was never migrated is said to be so', async () => {
    await using empty = await createEmptyDatabase();
    expect(await usher(['report'], { DATABASE_URL: empty.url })).toMatchObject({
      code: 1,
      error: expect.stringContaining('usher migrate'),
    });
  });

  test('every setting of the configuration page is in the environment example', async () => {
    const page = await readFile(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
    const example = await readFile(new URL('../../.env.example', import.meta.url), 'utf8');
    const names = [...page.matchAll(/^\| `(\w+)`/gm)].map(([, name = '']) => name);
    expect(names).toContain('USHER_MAX_AGE');
    for (const name of names) expect(example).toContain(`#${name}=`);
  });
});

describe('usher people', () => {
  test('invites somebody by a link, invites again for a new password, lists, and shuts out', async () => {
    await usher(['migrate']);
    const first = await usher(['people', 'invite', 'Ana@Example.com', '--role', 'agent,ops', '--json']);
    expect(first.json()).toMatchObject({
      email: 'ana@example.com',
      link: expect.stringMatching(/^http:\/\/localhost:3000\/welcome#[\w-]{43}$/),
    });
    const again = await usher(['people', 'invite', 'ana@example.com']);
    expect([again.code, again.out]).toEqual([0, expect.stringContaining('A new password can be chosen')]);
    await usher(['people', 'disable', 'ana@example.com']);
    const listed = await usher(['people', 'list', '--json']);
    expect(listed.json()).toMatchObject([{ email: 'ana@example.com', roles: ['agent', 'ops'], state: 'disabled' }]);
  });

  test.each([
    ['an address that is none', ['invite', 'ana'], '"ana" is not an e-mail address'],
    ['a role that there is not', ['invite', 'a@example.com', '--role', 'boss'], 'Known are: agent, ops, admin'],
    ['a person that nobody knows', ['disable', 'who@example.com'], 'usher people list'],
  ])('says what is wrong with %s', async (_what, args, said) => {
    const { code, error } = await usher(['people', ...args]);
    expect([code, error]).toEqual([1, expect.stringContaining(said)]);
  });
});

describe('usher budget and usher breaker', () => {
  test("set a source's limit for a day and show what is spent of each", async () => {
    await usher(['migrate']);
    const set = await usher(['budget', 'limit', API_SOURCE, '2.50', '--json']);
    expect(set.json()).toEqual({ source: API_SOURCE, daily_micro_usd: 2_500_000 });
    const today = await usher(['budget', 'today', '--json'], { USHER_DAILY_USD: '10' });
    expect(today.json()).toEqual([
      { whose: 'everybody', spent_micro_usd: 0, limit_micro_usd: 10_000_000 },
      { whose: API_SOURCE, spent_micro_usd: 0, limit_micro_usd: 2_500_000 },
    ]);
    expect((await usher(['budget', 'today'])).out).toContain('$2.50');
    await usher(['budget', 'limit', API_SOURCE, '--remove']);
    expect((await usher(['budget', 'today'])).out).toContain('There is no limit');
  });

  test('stop the fleet, say so, and let it go on', async () => {
    await usher(['migrate']);
    const own = { ANTHROPIC_API_KEY: 'some-key' };
    expect((await usher(['breaker', 'status'], own)).out).toContain('Nobody has called Claude yet');
    const opened = await usher(['breaker', 'open', '--for', '30m', '--why', 'a new key'], own);
    expect(opened.out).toMatch(/Nobody calls Claude for 30m: claude:[0-9a-f]{16}\./);
    expect((await usher(['breaker', 'status', '--json'])).json()).toMatchObject([
      { state: 'open', reason: 'hand', detail: 'a new key' },
    ]);
    expect((await usher(['breaker', 'close'])).out).toContain('Claude is called again');
    expect((await usher(['breaker', 'status', '--json'])).json()).toMatchObject([{ state: 'closed', reason: null }]);
    expect((await usher(['breaker', 'close'])).out).toContain('No breaker was open');
  });

  test.each([
    ['an amount that is none', ['budget', 'limit', API_SOURCE, 'much'], 'US dollars, such as 5'],
    ['a negative amount', ['budget', 'limit', API_SOURCE, '--', '-1'], 'US dollars, such as 5'],
    ['a source that nobody knows', ['budget', 'limit', 'nowhere', '5'], 'usher sources list'],
    ['a time that is none', ['breaker', 'open', '--for', 'ever'], 'such as 90s'],
  ])('say what is wrong with %s', async (_what, args, said) => {
    await usher(['migrate']);
    const { code, error } = await usher(args);
    expect([code, error]).toEqual([1, expect.stringContaining(said)]);
  });
});
