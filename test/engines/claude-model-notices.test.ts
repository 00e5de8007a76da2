import { ConfigurationRefused, ConnectionLost } from '@usher/engines/claude/failures';
import { lookAtModels } from '@usher/engines/claude/model-notices';
import { expect, test } from 'vitest';
import { startClaudeServer } from '../support/claude-server.ts';

const asked = async (baseUrl: string, models: string[], at = '2026-11-01') => {
  const now = () => Date.parse(at);
  return (await lookAtModels({ baseUrl, apiKey: 'right-key', models, now })).notices;
};

const instead = ['claude-sonnet-5-5'];

test('models in good order give no notice', async () => {
  await using server = await startClaudeServer();
  expect(await asked(server.url, ['claude-haiku-5-5', 'claude-sonnet-5-5'])).toEqual([]);
});

test('a model that is gone, going or unknown gives one notice', async () => {
  await using server = await startClaudeServer();
  const models = ['claude-sonnet-4-20250514', 'claude-sonnet-4-5', 'claude-haiku-99', 'claude-haiku-99'];
  expect(await asked(server.url, models)).toEqual([
    { kind: 'retired', model: 'claude-sonnet-4-20250514', retiresAt: '2026-06-15T00:00:00Z', instead },
    { kind: 'retiring', model: 'claude-sonnet-4-5', retiresAt: '2026-11-30T00:00:00Z', instead },
    { kind: 'unknown', model: 'claude-haiku-99' },
  ]);
});

test('a model that the API lists by its dated snapshot is known', async () => {
  await using server = await startClaudeServer();
  expect(await asked(server.url, ['claude-sonnet-4'])).toMatchObject([{ kind: 'retired', model: 'claude-sonnet-4' }]);
});

test('a wrong key and an address where nobody listens are failures', async () => {
  const server = await startClaudeServer({ apiKey: 'another-key' });
  await expect(asked(server.url, ['claude-haiku-5-5'])).rejects.toBeInstanceOf(ConfigurationRefused);
  await server.stop();
  await expect(asked(server.url, ['claude-haiku-5-5'])).rejects.toBeInstanceOf(ConnectionLost);
});

test.each([
  ['61 days before its end, nothing is said', '2026-09-30', []],
  ['60 days before, a model counts as going', '2026-10-01', ['retiring']],
  ['from its end on it counts as gone, whatever the list still says', '2026-11-30', ['retired']],
])('%s', async (_name, at, kinds) => {
  await using server = await startClaudeServer();
  expect((await asked(server.url, ['claude-sonnet-4-5'], at)).map(({ kind }) => kind)).toEqual(kinds);
});

test('the server’s clock is told', async () => {
  await using server = await startClaudeServer();
  const { serverTime } = await lookAtModels({ baseUrl: server.url, apiKey: 'right-key', models: [] });
  expect(Math.abs((serverTime ?? 0) - Date.now())).toBeLessThan(60_000);
});
