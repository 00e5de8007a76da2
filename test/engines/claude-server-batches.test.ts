import { BadRequestError, RateLimitError } from '@anthropic-ai/sdk';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readContract } from '../support/claude-schemas.ts';
import { type ClaudeServer, startClaudeServer } from '../support/claude-server.ts';
import { clientOf, entry } from '../support/claude-server-batch-entry.ts';
import { headers } from '../support/claude-server-post.ts';

let contract: ReturnType<typeof readContract>;
let server: ClaudeServer;
beforeAll(() => {
  contract = readContract();
});
beforeEach(async () => {
  server = await startClaudeServer({
    apiKey: 'right-key',
    batches: { queuedLimit: 10 },
    rules: [{ matches: /poison/, behaviour: { error: 'overloaded' } }],
  });
});
afterEach(() => server.stop());

const batches = () => clientOf(server, 'right-key').messages.batches;

async function resultsOf(batchId: string) {
  const lines = [];
  for await (const line of await batches().results(batchId)) lines.push(line);
  return lines;
}

describe('the stand-in keeps batches as the API does', () => {
  test("by Anthropic's contract, in every state and in every kind of result", async () => {
    const bad = entry('bad', 'x', { temperature: 1 });
    const created = await batches().create({ requests: [entry('a'), entry('b', 'poison'), bad, entry('late')] });
    const canceling = await batches().cancel((await batches().create({ requests: [entry('c')] })).id);
    server.batches.end({ expired: 1 });
    const ended = await batches().retrieve(created.id);
    const lines = [...(await resultsOf(created.id)), ...(await resultsOf(canceling.id))];

    for (const batch of [created, canceling, ended]) expect(contract.problems('ClaudeBatch', batch)).toEqual([]);
    for (const line of lines) expect(contract.problems('ClaudeBatchResult', line)).toEqual([]);
    expect(Object.fromEntries(lines.map(({ custom_id, result }) => [custom_id, result.type]))).toEqual({
      a: 'succeeded',
      b: 'errored',
      bad: 'errored',
      late: 'expired',
      c: 'canceled',
    });
  });

  test('with counts that move only at the end, an absolute address of the results, and half the price', async () => {
    const created = await batches().create({ requests: [entry('a'), entry('b')] });
    expect(created).toMatchObject({ processing_status: 'in_progress', results_url: null });
    expect(created.request_counts).toMatchObject({ processing: 2, succeeded: 0 });
    server.batches.end();
    const ended = await batches().retrieve(created.id);
    expect(ended.request_counts).toMatchObject({ processing: 0, succeeded: 2 });
    expect(ended.results_url).toBe(`${server.url}/v1/messages/batches/${created.id}/results`);
    const [line] = await resultsOf(created.id);
    expect(line).toMatchObject({ custom_id: 'b', result: { message: { usage: { service_tier: 'batch' } } } });
  });

  test('lets whoever has the key read results, in either header, and nobody else', async () => {
    const { id } = await batches().create({ requests: [entry('a')] });
    server.batches.end();
    const read = async (given: Record<string, string>) =>
      (
        await fetch(`${server.url}/v1/messages/batches/${id}/results`, {
          headers: { ...headers, 'x-api-key': '', ...given },
        })
      ).status;
    expect(await read({ 'x-api-key': 'right-key' })).toBe(200);
    expect(await read({ authorization: 'Bearer right-key' })).toBe(200);
    expect(await read({ authorization: 'Bearer wrong-key' })).toBe(401);
  });

  test('lists the newest first, in pages', async () => {
    const ids = [];
    for (const name of ['a', 'b', 'c']) ids.push((await batches().create({ requests: [entry(name)] })).id);
    const listed = [];
    for await (const { id } of batches().list({ limit: 2 })) listed.push(id);
    expect(listed).toEqual(ids.toReversed());
  });

  test.each([
    ['the same id twice', [entry('a'), entry('a')]],
    ['an id with a space', [entry('a b')]],
    ['no request', []],
  ])('refuses %s', async (_what, requests) => {
    await expect(batches().create({ requests })).rejects.toBeInstanceOf(BadRequestError);
    expect(server.batches.created).toHaveLength(0);
  });

  test('refuses more requests than may be queued, until some have ended', async () => {
    const many = Array.from({ length: 8 }, (_, at) => entry(`r-${at}`));
    await batches().create({ requests: many });
    await expect(batches().create({ requests: many })).rejects.toBeInstanceOf(RateLimitError);
    server.batches.end();
    await batches().create({ requests: many });
  });

  test('expires a batch after a day', async () => {
    let now = Date.now();
    await using slow = await startClaudeServer({ now: () => now });
    const { messages } = clientOf(slow);
    const { id } = await messages.batches.create({ requests: [entry('a')] });
    now += 24 * 3_600_000;
    expect(await messages.batches.retrieve(id)).toMatchObject({
      processing_status: 'ended',
      request_counts: { expired: 1 },
    });
  });

  test('loses an answer on demand, and cuts results within a line and between two', async () => {
    server.batches.scriptCreate('lost_answer');
    await expect(batches().create({ requests: [entry('a'), entry('b')] })).rejects.toThrow('Connection error');
    const [batch] = server.batches.created;
    server.batches.end();
    server.batches.scriptResults('cut_line', 'cut_between_lines');
    await expect(resultsOf(batch?.id ?? '')).rejects.toThrow();
    expect(await resultsOf(batch?.id ?? '')).toHaveLength(1);
    expect(await resultsOf(batch?.id ?? '')).toHaveLength(2);
  });
});
