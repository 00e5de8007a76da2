import type { WorkerEvent } from '@usher/worker/events';
import { checkModels } from '@usher/worker/model-check';
import { expect, test } from 'vitest';
import { startClaudeServer } from '../support/claude-server.ts';

async function check(baseUrl: string, models: string[]): Promise<WorkerEvent[]> {
  const events: WorkerEvent[] = [];
  await checkModels({ models, apiKey: 'test-key', baseUrl }, (event) => void events.push(event));
  return events;
}

test('a start warns of models that are going, and says nothing of good ones', async () => {
  await using claude = await startClaudeServer();

  expect(await check(claude.url, ['claude-haiku-5-5', 'claude-sonnet-4-5'])).toMatchObject([
    { kind: 'model_notice', notice: 'retiring', model: 'claude-sonnet-4-5' },
  ]);
});

test('a start goes on when Claude cannot be asked for its models', async () => {
  const claude = await startClaudeServer();
  await claude.stop();

  expect(await check(claude.url, ['claude-haiku-5-5'])).toMatchObject([{ kind: 'models_unchecked' }]);
});
