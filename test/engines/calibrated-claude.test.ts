import type { Engine, EngineAnswer, SuggestRequest } from '@usher/core/engine';
import type { ClaudeCalibration } from '@usher/core/evaluation/claude-calibration';
import type { Suggestion } from '@usher/core/suggestion';
import { calibrateClaude } from '@usher/engines/calibrated-claude';
import { trainLocalModel } from '@usher/engines/local/train';
import { expect, test } from 'vitest';
import { garden, gardenExamples } from './local-desk.ts';

const model = trainLocalModel(gardenExamples(20), garden, { seed: 1 });
/** Whatever is said is right half of the time. */
const calibration: ClaudeCalibration = { weights: [0, 0, 0, 0, 0], n: 100, accuracy: 0.5, ece: 0, auroc: null };

const said: Suggestion = {
  category: 'tools',
  subcategory: null,
  confidence: 0.9,
  calibrated: false,
  alternatives: [],
  rationale: '',
};

/** Asks a Claude that says this, and tells what was doubted on the way. */
async function ask(suggestion: Suggestion): Promise<{ answer: EngineAnswer; doubted: Suggestion[] }> {
  const doubted: Suggestion[] = [];
  const claude: Engine = {
    name: 'claude',
    async suggest(request) {
      request.isDoubtful?.(suggestion);
      return { kind: 'suggested', suggestion, standIn: null, calls: [] };
    },
  };
  const request: SuggestRequest = {
    caller: { key: '7-1', lane: 'live', sourceId: null },
    ticket: { subject: '', body: 'The blade of my mower is loose.' },
    taxonomy: garden,
    examples: [],
    mayWait: true,
    isDoubtful: (seen) => doubted.push(seen) > 1,
    signal: new AbortController().signal,
  };
  return { answer: await calibrateClaude({ claude, model, calibration }).suggest(request), doubted };
}

test('what is doubted is the calibrated confidence, not what Claude says of itself', async () => {
  const { answer, doubted } = await ask(said);
  expect(doubted).toMatchObject([{ confidence: 0.5, calibrated: true, signals: { stated: 0.9 } }]);
  expect(answer).toMatchObject({ suggestion: doubted[0] });
});

test('an answer that was taken over keeps the confidence that it was given with', async () => {
  const earlier = (await ask(said)).answer;
  if (earlier.kind === 'nothing') throw new Error(earlier.reason);
  const { answer } = await ask(earlier.suggestion);
  expect(answer).toMatchObject({ suggestion: earlier.suggestion });
});
