import type { WorkerEvent } from '@usher/worker/events';
import { checkModels, ModelRetired } from '@usher/worker/model-check';
import { expect, test } from 'vitest';
import { startClaudeServer } from '../support/claude-server.ts';

async function check(baseUrl: string, USHER_MODEL: string, USHER_HARD_MODEL = USHER_MODEL): Promise<WorkerEvent[]> {
  const events: WorkerEvent[] = [];
  const account = { apiKey: 'test-key', baseUrl, now: () => Date.parse('2026-11-01') };
  await checkModels({ USHER_MODEL, USHER_HARD_MODEL }, account, (event) => void events.push(event));
  return events;
}

test('a start warns of models that are going, with those that could follow, and says nothing of good ones', async () => {
  await using claude = await startClaudeServer();

  expect(await check(claude.url, 'claude-haiku-5-5', 'claude-sonnet-4-5')).toMatchObject([
    {
      kind: 'model_notice',
      notice: 'retiring',
      setting: 'USHER_HARD_MODEL',
      model: 'claude-sonnet-4-5',
      instead: ['claude-sonnet-5-5'],
    },
  ]);
});

test.each([
  ['claude-sonnet-4-20250514', 'claude-haiku-5-5', 'USHER_MODEL'],
  ['claude-haiku-5-5', 'claude-sonnet-4-20250514', 'USHER_HARD_MODEL'],
])('a start with a model that is gone is refused, with the setting to change: %s, %s', async (model, hard, setting) => {
  await using claude = await startClaudeServer();
  const start = check(claude.url, model, hard);
  await expect(start).rejects.toThrow(
    `claude-sonnet-4-20250514 is retired and answers no more. Set ${setting} to claude-s`,
  );
  await expect(start).rejects.toBeInstanceOf(ModelRetired);
});

test('a start goes on when Claude cannot be asked for its models', async () => {
  const claude = await startClaudeServer();
  await claude.stop();

  expect(await check(claude.url, 'claude-haiku-5-5')).toMatchObject([{ kind: 'models_unchecked' }]);
});
