import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readContract } from '../support/claude-schemas.ts';
import { type ClaudeServer, startClaudeServer } from '../support/claude-server.ts';
import { engineAgainst } from '../support/claude-server-engine.ts';
import { claudeErrors, isClaudeErrorName } from '../support/claude-server-errors.ts';
import { plainRequest, postMessage } from '../support/claude-server-post.ts';

let server: ClaudeServer;
let contract: ReturnType<typeof readContract>;
beforeAll(async () => {
  contract = readContract();
  server = await startClaudeServer({ apiKey: 'right-key' });
});
afterAll(() => server.stop());

describe("the stand-in keeps Anthropic's contract", () => {
  test('in every kind of message', async () => {
    const twists = [
      'answer',
      'refusal',
      'max_tokens',
      'not_json',
      'wrong_shape',
      'unknown_label',
      'odd_letter_case',
    ] as const;
    for (const twist of twists) {
      server.script(twist);
      const { status, body } = await postMessage(server);
      expect({ twist, status, problems: contract.problems('ClaudeMessage', body) }).toEqual({
        twist,
        status: 200,
        problems: [],
      });
    }
  });

  test('in every error, but for the details, which the SDK types apart from it', async () => {
    const Body = z.object({ error: z.looseObject({ details: z.unknown().optional() }) });
    for (const error of Object.keys(claudeErrors).filter(isClaudeErrorName)) {
      server.script({ error });
      const { status, body } = await postMessage(server);
      const { details, ...rest } = Body.parse(body).error;
      expect({ error, status }).toEqual({ error, status: claudeErrors[error].status });
      expect({ error, problems: contract.problems('ClaudeErrorResponse', { ...body, error: rest }) }).toEqual({
        error,
        problems: [],
      });
      if (details !== undefined) expect(contract.problems('ClaudeErrorDetails', details)).toEqual([]);
    }
  });

  test('in its models', async () => {
    const client = new Anthropic({ apiKey: 'right-key', baseURL: server.url });
    const found = [];
    for await (const model of client.models.list({ lifecycle: ['active', 'deprecated', 'retired'] })) found.push(model);
    expect(found.map(({ id }) => id)).toContain('claude-sonnet-4-20250514');
    for (const model of [...found, await client.models.retrieve('claude-haiku-5-5')])
      expect(contract.problems('ClaudeModelInfo', model)).toEqual([]);
  });

  test('and the contract does refuse what is not of it', async () => {
    const { body } = await postMessage(server);
    expect(contract.problems('ClaudeMessage', { ...body, stop_reason: 'tired' })).not.toEqual([]);
    expect(contract.problems('ClaudeMessage', { ...body, colour: 'red' })).not.toEqual([]);
    expect(contract.problems('ClaudeMessageRequest', { ...plainRequest, max_tokens: '100' })).not.toEqual([]);
  });
});

test("what our engine sends keeps Anthropic's contract too", async () => {
  await using open = await startClaudeServer();
  open.script('not_json', 'not_json');
  await engineAgainst(open).suggest();
  expect(open.requests).toHaveLength(3);
  for (const { body } of open.requests) expect(contract.problems('ClaudeMessageRequest', body)).toEqual([]);
});
