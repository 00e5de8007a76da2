import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeScratchFolder } from '@usher/embedded/scratch-folder';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startClaudeServer } from '../support/claude-server.ts';
import { findFreePort } from '@usher/embedded/port';
import { z } from 'zod';
import { type Client, clientOf } from './client.ts';
import { runService, type ServiceProcess } from './service-process.ts';

const Models = z.object({ models: z.array(z.object({ in_force: z.boolean(), examples: z.number() })) });

/** Tickets about a matter that no example of the taxonomy speaks of. */
const gates = ['north', 'south', 'east', 'west', 'main'];
const complaints = ['refuses', 'rejects', 'ignores', 'misreads'];
const scans = gates.flatMap((gate) =>
  complaints.map((verb) => `The turnstile at the ${gate} gate ${verb} my wristband.`),
);
const next = { subject: 'Wristband', body: 'My wristband is ignored by the turnstile of the garden gate.' };

describe('Corrections teach', () => {
  let folder: string;
  let service: ServiceProcess | undefined;
  beforeEach(async () => {
    folder = await makeScratchFolder(join(tmpdir(), 'usher-learning-'));
  });
  afterEach(async () => {
    await service?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  async function start(settings: Record<string, string>): Promise<Client> {
    const port = String(await findFreePort());
    const environment = { PORT: port, USHER_DATA_DIR: folder, USHER_LOG_LEVEL: 'warn', ...settings };
    service = runService(['apps/cli/src/main.ts', 'start'], { environment });
    const [, url = '', key = ''] = await service.wrote(
      /curl -s (\S+)\/ticket-webhook -H 'Authorization: Bearer (\S+)'/,
    );
    return clientOf(url, key);
  }

  const correct = (client: Client, id: string) =>
    client.send(`/v1/tickets/api:${id}/corrections`, { body: { category: 'technical' } });

  test('the local model: after twenty corrections the next similar ticket is routed where it was not', async () => {
    const client = await start({ USHER_ENGINE: 'local' });
    expect(await client.decide({ ticket_id: 'before', ...next })).not.toMatchObject({ routed_to: 'engineering' });
    for (const [at, body] of scans.entries()) {
      await client.decide({ ticket_id: `taught-${at}`, subject: '', body });
      expect(await correct(client, `taught-${at}`)).toMatchObject({ status: 201 });
    }
    let asked = 0;
    await expect
      .poll(() => client.decide({ ticket_id: `after-${(asked += 1)}`, ...next }), { timeout: 60_000, interval: 1_000 })
      .toMatchObject({ routed_to: 'engineering', category: 'technical' });
  }, 180_000);

  test('a published version: one call takes it back, and the next ticket is decided as before', async () => {
    const client = await start({ USHER_ENGINE: 'local' });
    for (const [at, body] of scans.entries()) {
      await client.decide({ ticket_id: `taught-${at}`, subject: '', body });
      expect(await correct(client, `taught-${at}`)).toMatchObject({ status: 201 });
    }
    let asked = 0;
    const ask = () => client.decide({ ticket_id: `asked-${(asked += 1)}`, ...next });
    await expect.poll(ask, { timeout: 60_000, interval: 1_000 }).toMatchObject({ category: 'technical' });
    // Every version that learnt from a correction is taken back, until the one that knew none is in force.
    const versionInForce = async () => {
      const { models } = Models.parse((await client.send('/v1/models')).body);
      return models.find((model) => model.in_force);
    };
    while (((await versionInForce())?.examples ?? 0) > 0) {
      expect(await client.send('/v1/models', { body: { action: 'roll_back' } })).toMatchObject({ status: 200 });
    }
    await expect.poll(ask, { timeout: 60_000, interval: 1_000 }).not.toMatchObject({ routed_to: 'engineering' });
  }, 180_000);

  test('Claude: one correction is in the prompt of the very next similar ticket', async () => {
    await using claude = await startClaudeServer();
    const account = { ANTHROPIC_API_KEY: 'test-key', ANTHROPIC_BASE_URL: claude.url };
    const client = await start({ USHER_ENGINE: 'claude', ...account });
    const [taught = ''] = scans;
    const lastPrompt = () => JSON.stringify(claude.requests.findLast(({ path }) => path === '/v1/messages')?.body);
    await client.decide({ ticket_id: 'taught', subject: '', body: taught });
    expect(await correct(client, 'taught')).toMatchObject({ status: 201 });
    await client.decide({ ticket_id: 'after', ...next });
    expect(lastPrompt()).toContain(String.raw`\"body\":\"${taught}\",\"category\":\"technical\"`);
  }, 120_000);
});
