import type { Suggestion } from '@usher/core/suggestion';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClaudeServer, startClaudeServer } from '../support/claude-server.ts';
import { engineAgainst, outcomesOf } from '../support/claude-server-engine.ts';

let server: ClaudeServer;
beforeAll(async () => {
  server = await startClaudeServer();
});
afterAll(() => server.stop());

const haiku = 'claude-haiku-5-5';
const sonnet = 'claude-sonnet-5-5';
const always = () => true;

test('of a doubtful suggestion the hard model is asked, once and under its own share, and its word counts', async () => {
  const { suggest, entered } = engineAgainst(server);
  const doubted: Suggestion[] = [];
  const answer = await suggest({ isDoubtful: (suggestion) => doubted.push(suggestion) > 0 });

  expect(outcomesOf(answer.calls)).toEqual([
    [haiku, 'suggested'],
    [sonnet, 'suggested'],
  ]);
  expect(answer).toMatchObject({ kind: 'suggested', suggestion: answer.calls[1]?.suggestion });
  expect(doubted).toEqual([answer.calls[0]?.suggestion]);
  expect(entered.map(({ share }) => share)).toEqual(['live', 'escalation']);
});

test('a suggestion without doubt, and one of the only model there is, is not asked about again', async () => {
  expect((await engineAgainst(server).suggest({ isDoubtful: () => false })).calls).toHaveLength(1);
  expect((await engineAgainst(server, { hardModel: haiku }).suggest({ isDoubtful: always })).calls).toHaveLength(1);
});

test.each(['refusal', 'not_json'] as const)(
  'where the hard model answers with %s, the first word counts',
  async (twist) => {
    server.script('answer', twist);
    const answer = await engineAgainst(server).suggest({ isDoubtful: always });
    expect(answer).toMatchObject({ kind: 'suggested', suggestion: answer.calls[0]?.suggestion });
    expect(answer.calls).toHaveLength(2);
  },
);

test('where the hard model cannot be asked, the first word counts, and nothing is paid twice', async () => {
  server.script('answer', { error: 'overloaded' });
  const answer = await engineAgainst(server).suggest({ isDoubtful: always, mayWait: true });
  expect(answer).toMatchObject({ kind: 'suggested', calls: [{ model: haiku, outcome: 'suggested' }] });
});

test('the hard model’s answer to what the first one could not do is not doubted any more', async () => {
  server.script('refusal');
  const { suggest, entered } = engineAgainst(server);
  await suggest({ isDoubtful: always });
  expect(entered.map(({ model }) => model)).toEqual([haiku, sonnet]);
});
