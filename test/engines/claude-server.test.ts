import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type ClaudeServer, startClaudeServer } from '../support/claude-server.ts';
import { engineAgainst } from '../support/claude-server-engine.ts';
import { headers, plainRequest, postMessage } from '../support/claude-server-post.ts';

let server: ClaudeServer;
beforeAll(async () => {
  server = await startClaudeServer({ apiKey: 'right-key' });
});
afterAll(() => server.stop());

describe('the stand-in refuses what the API refuses', () => {
  test.each([
    ['a temperature', { temperature: 0 }],
    ['top_p', { top_p: 0.5 }],
    ['top_k', { top_k: 5 }],
    ['an unknown parameter', { colour: 'red' }],
    ['no max_tokens', { max_tokens: undefined }],
    ['no messages', { messages: [] }],
    ['a conversation that the assistant begins', { messages: [{ role: 'assistant', content: 'Hi' }] }],
    [
      'a conversation that the assistant ends',
      { messages: [...plainRequest.messages, { role: 'assistant', content: 'The best answer is (' }] },
    ],
    [
      'a tool result without a tool use',
      { messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: '' }] }] },
    ],
    ['a tool use whose tool is not defined', { messages: toolTurn(), tools: [] }],
    ['a tool use without its result', { messages: [...toolTurn().slice(0, 2), { role: 'user', content: 'Well?' }] }],
    ['thinking that the model does not know', { model: 'claude-sonnet-5-5' }],
    ['a schema with a range', formatWith({ properties: { confidence: { type: 'number', minimum: 0 } } })],
    ['a schema that allows more properties', formatWith({ additionalProperties: true })],
    [
      'five cache breakpoints',
      { system: Array.from({ length: 5 }, () => ({ type: 'text', text: 'x', cache_control: { type: 'ephemeral' } })) },
    ],
  ])('%s', async (_name, change) => {
    const { status, body } = await postMessage(server, change);
    expect({ status, error: body['error'] }).toMatchObject({ status: 400, error: { type: 'invalid_request_error' } });
  });

  test.each([
    ['a retired model', 'claude-sonnet-4-20250514'],
    ['an unknown model', 'constructor'],
  ])('%s', async (_name, model) => {
    expect(await postMessage(server, { model })).toMatchObject({
      status: 404,
      body: { error: { type: 'not_found_error' } },
    });
  });

  test('a body that is not JSON, and headers without a version', async () => {
    const broken = await fetch(`${server.url}/v1/messages`, { method: 'POST', headers, body: '{' });
    expect(broken.status).toBe(400);
    const { 'anthropic-version': _version, ...rest } = headers;
    const unversioned = await fetch(`${server.url}/v1/messages`, { method: 'POST', headers: rest, body: '{}' });
    expect(unversioned.status).toBe(400);
  });
});

describe('the stand-in lets in whoever has the key', () => {
  test.each([
    ['in x-api-key', { 'x-api-key': 'right-key' }, 200],
    ['as a bearer token', { 'x-api-key': '', authorization: 'Bearer right-key' }, 200],
    ['but not with another key', { 'x-api-key': 'wrong-key' }, 401],
    ['but not without a key', { 'x-api-key': '' }, 401],
  ])('%s', async (_name, more, status) => {
    expect((await postMessage(server, {}, more)).status).toBe(status);
  });
});

test('every answer carries a request id of its own and the rate limits, errors too', async () => {
  server.script('answer', { error: 'overloaded' });
  const answers = [await postMessage(server), await postMessage(server)];
  expect(new Set(answers.map(({ headers: received }) => received.get('request-id'))).size).toBe(2);
  for (const { headers: received } of answers) {
    expect(received.get('anthropic-ratelimit-requests-limit')).toBe('10000000');
  }
});

test('behaviours come by script first, then by rule, then by rate', async () => {
  await using planned = await startClaudeServer({
    rules: [{ matches: /poison/, behaviour: 'refusal' }],
    rates: [{ share: 0.5, behaviour: { error: 'overloaded' } }],
  });
  planned.script({ error: 'internal' });
  const ask = async (content: string) => {
    const { status, body } = await postMessage(planned, { messages: [{ role: 'user', content }] });
    return body['stop_reason'] ?? status;
  };
  const answers = [];
  for (const text of ['poison', 'poison', 'a', 'b', 'c', 'd']) answers.push(await ask(text));
  expect(answers).toEqual([500, 'refusal', 'end_turn', 529, 'end_turn', 529]);
});

test('the prompt cache is kept for as long as was paid for, from the last use', async () => {
  let time = 0;
  await using cached = await startClaudeServer({ now: () => time });
  const ask = async (ttl: string) => {
    const text = `${ttl} ${'rule '.repeat(600)}`;
    const system = [{ type: 'text', text, cache_control: { type: 'ephemeral', ttl } }];
    const { body } = await postMessage(cached, { system });
    const usage = z.object({ cache_read_input_tokens: z.number() }).parse(body['usage']);
    return usage.cache_read_input_tokens === 0 ? 'written' : 'read';
  };
  const minutes = (count: number) => (time = count * 60_000);
  const seen = [];
  for (const [at, ttl] of [
    [0, '5m'],
    [4, '5m'],
    [8, '5m'],
    [14, '5m'],
    [14, '1h'],
    [70, '1h'],
    [129, '1h'],
    [190, '1h'],
  ] as const) {
    minutes(at);
    seen.push(await ask(ttl));
  }
  expect(seen).toEqual(['written', 'read', 'read', 'written', 'written', 'read', 'read', 'written']);
});

describe('an entry of the prompt cache is read', () => {
  const marked = (text: string) => [{ type: 'text', text, cache_control: { type: 'ephemeral', ttl: '1h' } }];
  const system = marked('rule '.repeat(600));
  const tools = [{ name: 'read_ticket', input_schema: { type: 'object' } }];

  async function isRead(before: object, change: object): Promise<boolean> {
    await using cached = await startClaudeServer();
    await postMessage(cached, before);
    const { body } = await postMessage(cached, { ...before, ...change });
    return z.object({ cache_read_input_tokens: z.number() }).parse(body['usage']).cache_read_input_tokens > 0;
  }

  test('by another message, but not after a change of what stands before it', async () => {
    expect(await isRead({ system }, { messages: [{ role: 'user', content: 'Another one.' }] })).toBe(true);
    for (const change of [
      { system: marked('rules '.repeat(600)) },
      { tools },
      formatWith({ title: 'another' }),
      { model: 'claude-sonnet-5-5', thinking: { type: 'between_tools' } },
      { thinking: { type: 'adaptive' } },
    ])
      expect([change, await isRead({ system }, change)]).toEqual([change, false]);
  });

  test('only from 512 tokens on', async () => {
    expect(await isRead({ system: marked('x'.repeat(512 * 4)) }, {})).toBe(true);
    expect(await isRead({ system: marked('x'.repeat(511 * 4)) }, {})).toBe(false);
  });

  test('only once an answer has begun: until then each request writes it', async () => {
    await using cached = await startClaudeServer();
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    cached.script({ after: held, behaviour: 'answer' }, { after: held, behaviour: 'answer' });
    const both = [postMessage(cached, { system }), postMessage(cached, { system })];
    await cached.received(2);
    release();
    const usage = z.object({ cache_creation_input_tokens: z.number() });
    for (const { body } of await Promise.all(both))
      expect(usage.parse(body['usage']).cache_creation_input_tokens).toBeGreaterThan(512);
  });
});

test('the stand-in can be started by hand and says how to point Usher at it', async () => {
  const main = fileURLToPath(new URL('../support/claude-server-main.ts', import.meta.url));
  const child = spawn(process.execPath, [main, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    let said = '';
    for await (const chunk of child.stdout.setEncoding('utf8')) {
      said += String(chunk);
      if (said.includes('npm start')) break;
    }
    const url = /ANTHROPIC_BASE_URL=(\S+) /.exec(said)?.[1] ?? '';
    expect(await engineAgainst({ url }).suggest()).toMatchObject({ kind: 'suggested' });
  } finally {
    const ended = once(child, 'exit');
    child.kill();
    expect(await ended).toEqual([0, null]);
  }
});

function toolTurn() {
  return [
    { role: 'user', content: 'Read it.' },
    { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'read_ticket', input: {} }] },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: '{}' }] },
  ];
}

function formatWith(change: object) {
  return {
    output_config: {
      format: { type: 'json_schema', schema: { ...plainRequest.output_config.format.schema, ...change } },
    },
  };
}
