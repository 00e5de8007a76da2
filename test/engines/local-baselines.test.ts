import { measureBaselines } from '@usher/engines/local/baselines';
import { trainAndJudge } from '@usher/engines/local/train';
import { expect, test } from 'vitest';
import { garden, gardenExamples } from './local-desk.ts';

test('labels are worth what the model gains over the bare taxonomy, on the same texts', () => {
  const examples = gardenExamples(60);
  const { heldOut } = trainAndJudge(examples, garden, { seed: 1 });
  const measured = measureBaselines({ examples, heldOut }, garden, { seed: 1 });
  expect(measured?.n).toBe(240);
  expect(measured?.model).toBeGreaterThan(220);
  expect(measured?.withoutLabels).toBeLessThan(200);
  expect(measured?.nearestNeighbour).toBeGreaterThan(150);
  expect(measured?.model).toBe(heldOut.filter(({ isRight }) => isRight).length);
});

test('without labelled texts there is nothing to compare', () => {
  const { heldOut } = trainAndJudge([], garden, { seed: 1 });
  expect(measureBaselines({ examples: [], heldOut }, garden, { seed: 1 })).toBeNull();
});
