import { createApp } from '@usher/api/app';
import { serve } from '@usher/api/serve';
import { runProgram } from '@usher/cli/program';
import { Screen } from '@usher/cli/screen';
import type { Ask } from '@usher/cli/ask';
import { findSource, openSource } from '@usher/db/sources';
import { publishTaxonomy } from '@usher/db/taxonomies';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ApiUnderTest, openApi } from '../api/api-under-test.ts';
import { desk as taxonomy } from '../support/claude-server-desk.ts';
import { type HelpdeskServer, startHelpdesk } from '../support/helpdesk/server.ts';
import { SECRET_KEY, testVault } from '../support/vault.ts';

let api: ApiUnderTest;
let serving: Awaited<ReturnType<typeof serve>>;
let server: HelpdeskServer;
beforeAll(async () => {
  api = await openApi();
  await publishTaxonomy(api.db, taxonomy, { actor: 'test' });
  serving = await serve(createApp(api.deps).fetch, { host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await serving.stop(1_000);
  await api[Symbol.asyncDispose]();
});
beforeEach(async () => {
  server = await startHelpdesk('zendesk');
  server.open({ id: '4711', tags: ['vip'] });
  const groups = {
    groups: [
      { id: 31, name: 'Finance' },
      { id: 32, name: 'Engineering' },
      { id: 33, name: 'Triage' },
    ],
  };
  const listed = {
    id: 4711,
    subject: 'Refund',
    description: 'Twice.',
    status: 'open',
    updated_at: '2026-11-23T07:00:00Z',
  };
  const page = { tickets: [listed], after_cursor: 'c', end_of_stream: true };
  const answers: Record<string, unknown> = {
    '/api/v2/groups': groups,
    '/api/v2/users/me': { user: { id: 900, name: 'Usher' } },
    '/api/v2/incremental/tickets/cursor.json': page,
  };
  server.interfere(({ path }) => {
    const answer = answers[path.split('?')[0] ?? ''];
    return answer === undefined ? null : { status: 200, body: JSON.stringify(answer) };
  });
});
afterEach(() => server[Symbol.asyncDispose]());

async function usher(args: readonly string[], ask: Ask | null = null, settings: Record<string, string> = {}) {
  let out = '';
  let error = '';
  const sinks = {
    out: { write: (text: string) => (out += text) },
    error: { write: (text: string) => (error += text) },
  };
  const screen = new Screen({ ...sinks, isJson: args.includes('--json') });
  const environment = {
    DATABASE_URL: api.databaseUrl,
    USHER_SECRET_KEY: SECRET_KEY,
    USHER_OUTBOUND: 'any',
    USHER_PUBLIC_URL: `http://127.0.0.1:${serving.port}`,
    ...settings,
  };
  const code = await runProgram(args, { environment, screen, ask });
  return { code, out, error, json: (): unknown => JSON.parse(out) };
}

const flags = () => [
  '--base-url',
  server.url,
  '--secret',
  'the secret of the webhook',
  ...Object.entries(server.credentials).flatMap(([name, value]) => ['--credential', `${name}=${value}`]),
];

describe('usher sources add', () => {
  test('finds teams and our own user in the helpdesk, and says where to paste which URL', async () => {
    const { code, out, error } = await usher(['sources', 'add', 'zendesk', 'desk', ...flags(), '--pull', '5m']);
    expect([code, error]).toEqual([0, expect.stringMatching(/act as Usher \(900\)/)]);
    expect(error).toMatch(/no team for support/);
    expect(out).toContain(`http://127.0.0.1:${serving.port}/webhooks/desk`);
    expect(out).toMatch(/Admin Center/);
    const source = await findSource(api.db, 'desk');
    if (source === undefined) throw new Error('the source is not there');
    expect(source.settings).toMatchObject({
      own_user_id: '900',
      teams: { finance: '31', engineering: '32', triage: '33' },
    });
    expect(openSource(source, testVault).secrets).toEqual({
      webhook: ['the secret of the webhook'],
      credentials: server.credentials,
    });
    const shown = await usher(['sources', 'show', 'desk', '--json']);
    expect(shown.json()).toMatchObject({ connector: 'zendesk', pull: { every_ms: 300_000 } });
    expect(shown.out).not.toMatch(/the secret of|the api token/);
  });

  test('asks for what is missing where there is somebody to ask', async () => {
    const asked: string[] = [];
    const answers = [server.url];
    const ask: Ask = {
      text: async (message) => (asked.push(message), answers.shift() ?? ''),
      secret: async (message) => (asked.push(message), server.credentials[message.split(' ')[0] ?? ''] ?? ''),
      choose: async (message, choices, suggested) => (asked.push(message), suggested ?? choices[0]?.id ?? null),
    };
    const { code } = await usher(['sources', 'add', 'zendesk', 'asked'], ask);
    expect(code).toBe(0);
    expect(asked.join('\n')).toMatch(
      /Address of the helpdesk.*\n.*email.*\n.*api_token.*\n.*Webhook secret.*\n.*team for finance/s,
    );
    expect((await findSource(api.db, 'asked'))?.settings).toMatchObject({ base_url: server.url });
  });

  test('makes the secret where the helpdesk takes ours, without calling anybody if told so', async () => {
    const { json } = await usher(['sources', 'add', 'standard', '--json']);
    expect(json()).toMatchObject({ source: 'standard', secret: expect.stringMatching(/^whsec_/) });
    const freshdesk = [
      'sources',
      'add',
      'freshdesk',
      '--base-url',
      'https://a.example',
      '--credential',
      'api_key=k',
      '--offline',
    ];
    const { out } = await usher(freshdesk);
    expect(out).toMatch(/x-usher-secret: [\w-]{43}/);
  });

  test.each([
    [['sources', 'add', 'nosuchdesk'], 'unknown_connector'],
    [['sources', 'add', 'zendesk', 'x1'], 'setting_missing'],
    [['sources', 'add', 'zendesk', 'x2', '--base-url', 'https://a.example'], 'credential_missing'],
    [['sources', 'add', 'standard', 'x3', '--credential', 'key=1'], 'credential_unknown'],
    [['sources', 'add', 'standard', 'x4', '--secret', 'whsec_short'], 'secret_invalid'],
    [['sources', 'add', 'standard', 'x5', '--set', 'nonsense=1'], 'settings_invalid'],
    [['sources', 'add', 'standard', 'x6', '--pull', '5m'], 'no_pull'],
    [['sources', 'add', 'standard', 'api'], 'source_taken'],
    [['sources', 'test', 'nobody'], 'unknown_source'],
    [['sources', 'remove', 'nobody'], 'unknown_source'],
    [['sources', 'pull', 'api'], 'no_connector'],
  ])('says what is wrong: %j', async (args, code) => {
    await api.makeKey(['intake']);
    const { error } = await usher([...args, '--json']);
    expect(JSON.parse(error)).toMatchObject({ error: { code } });
  });

  test('stores nothing where the helpdesk does not know the credentials, and says so', async () => {
    const wrong = ['--base-url', server.url, '--credential', 'email=a@b', '--credential', 'api_token=wrong'];
    server.interfere(() => null);
    const { code, error } = await usher(['sources', 'add', 'zendesk', 'wrong', ...wrong]);
    expect([code, error]).toEqual([1, expect.stringMatching(/answered 401 .*credentials are wrong/)]);
    expect(await findSource(api.db, 'wrong')).toBeUndefined();
  });
});

describe('usher sources test', () => {
  test('proves the webhook, reads, and shows what would be written without writing it', async () => {
    await usher(['sources', 'add', 'zendesk', 'proven', ...flags()]);
    const { code, json } = await usher(['sources', 'test', 'proven', '--json']);
    expect(json()).toMatchObject({
      probes: [
        { what: 'webhook', result: 'ok' },
        { what: 'read', result: 'ok', detail: expect.stringMatching(/Usher \(900\).*1 tickets changed.*ticket 4711/) },
        { what: 'write', result: 'ok', calls: expect.arrayContaining([expect.objectContaining({ method: 'PUT' })]) },
      ],
    });
    expect(code).toBe(0);
    expect(server.ticket('4711')).toMatchObject({ team: null, tags: ['vip'], notes: [] });
    expect(server.calls.every(({ method }) => method === 'GET')).toBe(true);
  });

  test('fails, and says what to do, where the API is elsewhere or the secret came to nothing', async () => {
    await usher([
      'sources',
      'add',
      'zendesk',
      'half',
      ...flags().filter((flag) => !/^--secret$|^the secret of the webhook$/.test(flag)),
    ]);
    const bare = await usher(['sources', 'test', 'half', '--json']);
    expect(bare.code).toBe(1);
    expect(bare.out).toMatch(/usher sources rotate half/);
    const away = await usher(['sources', 'test', 'proven'], null, { USHER_PUBLIC_URL: 'http://127.0.0.1:9' });
    expect([away.code, away.out]).toEqual([1, expect.stringMatching(/is the service running there/)]);
  });
});

describe('usher sources rotate', () => {
  test('lets the old secret count until it is dropped, and changes credentials alone', async () => {
    await usher(['sources', 'add', 'standard', 'turning']);
    const secrets = async () => {
      const source = await findSource(api.db, 'turning');
      return source === undefined ? [] : openSource(source, testVault).secrets.webhook;
    };
    const [first] = await secrets();
    const { json } = await usher(['sources', 'rotate', 'turning', '--json']);
    const made = Object(json());
    expect(await secrets()).toEqual([made.secret, first]);
    await usher(['sources', 'rotate', 'turning', '--drop-old']);
    expect(await secrets()).toEqual([made.secret]);

    await usher(['sources', 'rotate', 'proven', '--credential', 'api_token=another']);
    const proven = await findSource(api.db, 'proven');
    expect(proven && openSource(proven, testVault).secrets).toEqual({
      webhook: ['the secret of the webhook'],
      credentials: { ...server.credentials, api_token: 'another' },
    });
  });
});

test('usher sources pull asks again from a moment on, and stops', async () => {
  const { json } = await usher(['sources', 'pull', 'proven', '--every', '10m', '--since', '7d', '--json']);
  expect(json()).toMatchObject({ source: 'proven', every_ms: 600_000 });
  expect((await usher(['sources', 'show', 'proven', '--json'])).json()).toMatchObject({
    pull: { every_ms: 600_000, error: null },
  });
  await usher(['sources', 'pull', 'proven', '--stop']);
  expect((await usher(['sources', 'show', 'proven', '--json'])).json()).toMatchObject({ pull: null });
});

test('usher sources remove forgets the secrets, and the webhook is not taken any more', async () => {
  await usher(['sources', 'add', 'standard', 'leaving']);
  expect((await usher(['sources', 'remove', 'leaving'])).code).toBe(0);
  expect(await findSource(api.db, 'leaving')).toMatchObject({ secrets: null, settings: {} });
  expect(await api.send('/webhooks/leaving', { key: null, body: {} })).toMatchObject({
    status: 404,
    body: { code: 'unknown_source' },
  });
  expect((await usher(['sources', 'list'])).out).not.toMatch(/leaving/);
});
