import { ConfigurationRefused, ConnectionLost } from '@usher/engines/claude/failures';
import { modelNotices } from '@usher/engines/claude/model-notices';
import { expect, test } from 'vitest';
import { startClaudeServer } from '../support/claude-server.ts';

const asked = (baseUrl: string, models: string[]) => modelNotices({ baseUrl, apiKey: 'right-key', models });

test('models in good order give no notice', async () => {
  await using server = await startClaudeServer();
  expect(await asked(server.url, ['claude-haiku-5-5', 'claude-sonnet-5-5'])).toEqual([]);
});

test('a model that is gone, going or unknown gives one notice', async () => {
  await using server = await startClaudeServer();
  const models = ['claude-sonnet-4-20250514', 'claude-sonnet-4-5', 'claude-haiku-99', 'claude-haiku-99'];
  expect(await asked(server.url, models)).toEqual([
    { kind: 'retired', model: 'claude-sonnet-4-20250514' },
    { kind: 'retiring', model: 'claude-sonnet-4-5', retiresAt: '2026-11-30T00:00:00Z' },
    { kind: 'unknown', model: 'claude-haiku-99' },
  ]);
});

test('a model that the API lists by its dated snapshot is known', async () => {
  await using server = await startClaudeServer();
  expect(await asked(server.url, ['claude-sonnet-4'])).toEqual([{ kind: 'retired', model: 'claude-sonnet-4' }]);
});

test('a wrong key and an address where nobody listens are failures', async () => {
  const server = await startClaudeServer({ apiKey: 'another-key' });
  await expect(asked(server.url, ['claude-haiku-5-5'])).rejects.toBeInstanceOf(ConfigurationRefused);
  await server.stop();
  await expect(asked(server.url, ['claude-haiku-5-5'])).rejects.toBeInstanceOf(ConnectionLost);
});
