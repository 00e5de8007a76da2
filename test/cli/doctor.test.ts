import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkClock } from '@usher/cli/doctor/clock';
import { zendesk } from '@usher/core/connectors/zendesk';
import { connectDatabase } from '@usher/db/connect';
import { runProgram } from '@usher/cli/program';
import { Screen } from '@usher/cli/screen';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeSource } from '../support/incoming-webhooks.ts';
import { SECRET_KEY } from '../support/vault.ts';
import { startClaudeServer } from '../support/claude-server.ts';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { z } from 'zod';

const SHIPPED = new URL('../../taxonomy.yaml', import.meta.url).pathname;

const Report = z.object({
  status: z.enum(['ok', 'warning', 'failed']),
  checks: z.array(
    z.object({
      name: z.string(),
      status: z.enum(['ok', 'warning', 'failed']),
      says: z.string(),
      todo: z.string().optional(),
    }),
  ),
});

let folder: string;
let database: TestDatabase;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'usher-doctor-'));
  database = await createTestDatabase();
  await doctor({}, ['migrate']);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await database.drop();
});

/** Runs `usher doctor` with these settings. */
async function doctor(settings: Record<string, string> = {}, args = ['doctor', '--json']) {
  let out = '';
  let error = '';
  const sinks = {
    out: { write: (text: string) => (out += text) },
    error: { write: (text: string) => (error += text) },
  };
  const screen = new Screen({ ...sinks, isJson: args.includes('--json') });
  const environment = { DATABASE_URL: database.url, USHER_TAXONOMY: SHIPPED, USHER_DATA_DIR: folder, ...settings };
  const code = await runProgram(args, { environment, screen });
  const read = () => {
    const { status, checks } = Report.parse(JSON.parse(out));
    return { status, of: (name: string) => checks.find((check) => check.name === name) };
  };
  return { code, out, error, read };
}

/** What a test needs to know of a line: how it stands, and whether it says what to do. */
const failed = { status: 'failed', todo: expect.any(String) };
const warned = { status: 'warning', todo: expect.any(String) };

describe('without a key, usher doctor', () => {
  test('finds the services in order and says that only the local model decides', async () => {
    const { code, read } = await doctor();
    const { status, of } = read();
    expect([code, status]).toEqual([0, 'ok']);
    for (const name of ['settings', 'database', "database's clock", 'migrations', 'taxonomy', 'queue', "queue's clock"])
      expect([name, of(name)?.status]).toEqual([name, 'ok']);
    expect(of('claude')).toMatchObject({ status: 'ok', says: expect.stringContaining('no ANTHROPIC_API_KEY') });
  });

  test('says whose secrets cannot be opened with the key that it has', async () => {
    await using own = await createTestDatabase();
    const { url } = own;
    await using connected = connectDatabase(url, { name: 'test' });
    await makeSource(connected.db, zendesk);
    const keyless = await doctor({ DATABASE_URL: url });
    expect(keyless.code).toBe(1);
    const owner = expect.stringContaining('source zendesk-');
    expect(keyless.read().of('secrets')).toEqual({ ...failed, name: 'secrets', says: owner });
    const keyed = await doctor({ DATABASE_URL: url, USHER_SECRET_KEY: SECRET_KEY });
    expect(keyed.read().of('secrets')).toMatchObject({ status: 'ok' });
  });

  test('shows people a line for each thing, and no password', async () => {
    const { out } = await doctor({}, ['doctor']);
    expect(out).toMatch(/^ok +database: Postgres \d+.* at 127\.0\.0\.1:\d+\/\S+ answers in \d+ ms$/m);
    expect(out).not.toContain(new URL(database.url).password || 'no password');
  });

  test('says of a database without tables to migrate it, and fails', async () => {
    await using empty = await createEmptyDatabase();
    const { code, read } = await doctor({ DATABASE_URL: empty.url });
    expect([code, read().status]).toEqual([1, 'failed']);
    expect(read().of('migrations')).toMatchObject({ ...failed, todo: expect.stringContaining('usher migrate') });
  });

  test('says of services that are away what to do', async () => {
    const { code, out, read } = await doctor({
      DATABASE_URL: 'postgres://me:geheim@127.0.0.1:1/x',
      QUEUE_URL: 'redis://:geheim@127.0.0.1:1',
    });
    expect(code).toBe(1);
    expect(read().of('database')).toMatchObject({ ...failed, says: expect.stringContaining('127.0.0.1:1/x') });
    expect(read().of('queue')).toMatchObject(failed);
    expect(out).not.toContain('geheim');
  });

  test('warns where nothing was started yet, and makes nothing by itself', async () => {
    const { code, read } = await doctor({ DATABASE_URL: '' });
    expect(code).toBe(0);
    expect(read().of('database')).toMatchObject({ ...warned, todo: expect.stringContaining('npm start') });
  });

  test('lists bad settings', async () => {
    const { code, read } = await doctor({ PORT: 'abc', USHER_MODE: 'sometimes' });
    expect(code).toBe(1);
    expect(read().of('settings')).toMatchObject({ ...failed, says: expect.stringMatching(/PORT: .*USHER_MODE: /) });
  });
});

describe('with a key, usher doctor', () => {
  const withKey = (url: string) => ({ ANTHROPIC_API_KEY: 'right-key', ANTHROPIC_BASE_URL: url });

  test('classifies a ticket with both models, sees the prompt written and read, and the limits', async () => {
    await using claude = await startClaudeServer({ apiKey: 'right-key' });
    const { code, read } = await doctor(withKey(claude.url));
    const { status, of } = read();
    expect([code, status]).toEqual([0, 'ok']);
    expect(of("claude-haiku-5-5's answer")?.says).toMatch(/^billing with 0\.\d\d in \d+ ms for \$0\.\d{6}$/);
    expect(of("claude-sonnet-5-5's answer")).toMatchObject({ status: 'ok' });
    expect(of('prompt cache')?.says).toMatch(/^\d+ tokens written, then \d+ read$/);
    expect(of('limits')?.says).toMatch(/^[\d,]+ requests, [\d,]+ input and [\d,]+ output tokens a minute$/);
    expect(of("Claude's clock")).toMatchObject({ status: 'ok' });
    expect(of('prices')).toMatchObject({ says: expect.stringContaining('2026-') });
    expect(claude.requests.map(({ path }) => path.replace(/\?.*/, ''))).toEqual([
      '/v1/models',
      '/v1/messages',
      '/v1/messages',
      '/v1/messages',
    ]);
  });

  test('leaves Claude out when it is told to', async () => {
    await using claude = await startClaudeServer();
    expect((await doctor(withKey(claude.url), ['doctor', '--offline', '--json'])).code).toBe(0);
    expect(claude.requests).toEqual([]);
  });

  test('fails with a wrong key, and does not go on', async () => {
    await using claude = await startClaudeServer({ apiKey: 'another-key' });
    const { code, read } = await doctor(withKey(claude.url));
    expect(code).toBe(1);
    expect(read().of('claude')).toMatchObject({ ...failed, says: expect.stringContaining('401') });
    expect(claude.requests).toHaveLength(1);
  });

  test('names the setting of a model that is gone, and warns of one without a price', async () => {
    await using claude = await startClaudeServer({ apiKey: 'right-key' });
    const { code, read } = await doctor({ ...withKey(claude.url), USHER_HARD_MODEL: 'claude-sonnet-4-20250514' });
    expect(code).toBe(1);
    expect(read().of('hard model')).toMatchObject({ ...failed, todo: 'Set USHER_HARD_MODEL to claude-sonnet-5-5.' });
    expect(read().of('prices')).toMatchObject({ ...warned, says: expect.stringContaining('claude-sonnet-4-20250514') });
  });

  test('fails where no answer can be used, with the ids to report', async () => {
    await using claude = await startClaudeServer({ apiKey: 'right-key' });
    claude.script('not_json', 'not_json');
    const { code, read } = await doctor(withKey(claude.url));
    expect(code).toBe(1);
    expect(read().of("claude-haiku-5-5's answer")?.says).toMatch(
      /^no usable answer \(unusable, then unusable; req_\w+, req_\w+\)$/,
    );
  });

  test('says what Claude said where it does not answer', async () => {
    await using claude = await startClaudeServer({ apiKey: 'right-key' });
    claude.script({ error: 'enforced_spend_limit' });
    const { code, read } = await doctor(withKey(claude.url));
    expect(code).toBe(1);
    expect(read().of("claude-haiku-5-5's answer")).toMatchObject({
      ...failed,
      says: 'Claude was not to be had: budget_spent',
    });
  });
});

test.each([
  ['the same time', 1_000, 'ok'],
  ['a second of resolution behind', 0, 'ok'],
  ['far behind', -5_000, 'warning'],
  ['far ahead', 4_000, 'warning'],
])('a clock that tells %s', (_name, serverTime, status) => {
  const reading = { askedAt: 1_000, answeredAt: 1_200, serverTime, resolutionMs: 1_000 };
  expect(checkClock('clock', reading)).toMatchObject({ status });
});
