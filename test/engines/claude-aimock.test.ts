import { type ChaosConfig, LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { engineAgainst, failureOf, refundTicket } from '../support/claude-server-engine.ts';

// A server of the Claude API that somebody else wrote: it shows that the engine does not merely fit our own stand-in.
const server = new LLMock({ port: 0 });
beforeAll(() => server.start());
afterAll(() => server.stop());
beforeEach(() => {
  server.clearFixtures();
  server.clearChaos();
});

const reply = {
  rationale: 'Wants money back.',
  category: 'billing',
  subcategory: 'billing/refund_request',
  confidence: 0.9,
};

test('the engine reads the answers of a server that is not ours', async () => {
  server.on(
    { predicate: () => true },
    { content: JSON.stringify(reply), usage: { input_tokens: 900, output_tokens: 40 } },
  );
  expect(await engineAgainst(server).suggest()).toMatchObject({
    kind: 'suggested',
    suggestion: { category: 'billing', subcategory: 'refund_request', confidence: 0.9 },
    calls: [{ model: 'claude-haiku-5-5', outcome: 'suggested', costMicroUsd: 900 * 0.1 + 40 * 0.5 }],
  });
  expect(JSON.stringify(server.getLastRequest()?.body)).toContain(refundTicket.body);
});

test('prose instead of JSON is repaired there too', async () => {
  server.on({ predicate: () => true, sequenceIndex: 0 }, { content: 'This is about billing.' });
  server.on({ predicate: () => true }, { content: JSON.stringify(reply) });
  const answer = await engineAgainst(server).suggest();
  expect(answer.kind).toBe('suggested');
  expect(answer.calls.map(({ outcome }) => outcome)).toEqual(['unusable', 'suggested']);
});

test.each<[keyof ChaosConfig, string]>([
  ['dropRate', 'claude_overloaded'],
  ['malformedRate', 'claude_connection_lost'],
  ['disconnectRate', 'claude_connection_lost'],
  ['rateLimitRate', 'rate_limited'],
])('its chaos by %s ends in the failure %s', async (rate, code) => {
  server.on({ predicate: () => true }, { content: JSON.stringify(reply) });
  server.setChaos({ [rate]: 1 });
  expect(await failureOf(engineAgainst(server).suggest())).toMatchObject({ code });
});

test('its 529 lets the ticket wait', async () => {
  server.nextRequestError(529, { message: 'Overloaded', type: 'overloaded_error' });
  expect(await failureOf(engineAgainst(server).suggest())).toMatchObject({ code: 'claude_overloaded' });
});
