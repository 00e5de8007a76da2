import type { EngineCall } from '@usher/core/engine';
import { answeredClaude, ClaudeWanted, unaskedClaude } from '@usher/engines/claude/stand-ins';
import { createEngines } from '@usher/engines/registry';
import { expect, test } from 'vitest';
import { desk } from '../support/claude-server-desk.ts';
import { refundTicket } from '../support/claude-server-engine.ts';

const suggestion = {
  category: 'billing',
  subcategory: null,
  confidence: 0.6,
  calibrated: false,
  alternatives: [],
  rationale: 'It mentions a refund.',
};
const record: EngineCall = {
  engine: 'claude',
  model: 'claude-haiku-5-5',
  outcome: 'suggested',
  suggestion,
  usage: null,
  costMicroUsd: 7,
  durationMs: 0,
  requestId: 'msgbatch_1',
};
const request = {
  ticket: refundTicket,
  caller: { key: '1-1', lane: 'bulk', sourceId: null },
  taxonomy: desk,
  examples: [],
  mayWait: true,
  signal: new AbortController().signal,
} as const;
const { around } = createEngines('cascade', { claude: unaskedClaude, model: null });

test('an engine around a Claude that has answered gives that answer, with its cost', async () => {
  expect(await around(answeredClaude(record)).suggest(request)).toMatchObject({
    kind: 'suggested',
    suggestion: { category: 'billing', confidence: 0.6 },
    calls: [{ costMicroUsd: 7 }],
  });
});

test('Claude is wanted where nobody asked it, where its answer is none, and where it is doubtful', async () => {
  const doubtful = { ...request, isDoubtful: () => true };
  await expect(around(unaskedClaude).suggest(request)).rejects.toThrow(ClaudeWanted);
  await expect(around(answeredClaude({ ...record, suggestion: null })).suggest(request)).rejects.toThrow(ClaudeWanted);
  await expect(around(answeredClaude(record)).suggest(doubtful)).rejects.toThrow(ClaudeWanted);
});
