import { fitClaudeCalibration, type KnownAnswer, trustIn } from '@usher/core/evaluation/claude-calibration';
import { randomFrom } from '@usher/engines/local/random';
import { describe, expect, test } from 'vitest';

/** Answers of a Claude that is right in nine of ten cases where the local model agrees, and in four of ten where it does not. */
function answers(n: number, seed = 5): KnownAnswer[] {
  const random = randomFrom(seed);
  return Array.from({ length: n }, () => {
    const agrees = random() < 0.7;
    const local = agrees ? 0.5 + random() / 2 : random() / 3;
    const signals = { local, agrees, margin: random() / 2, stated: 0.85 + random() / 10 };
    return { signals, isRight: random() < (agrees ? 0.9 : 0.4) };
  });
}

describe("Claude's calibration", () => {
  test('is null while too few answers are known, or hardly any wrong ones', () => {
    expect(fitClaudeCalibration(answers(99))).toBeNull();
    expect(fitClaudeCalibration(answers(300).map((answer) => ({ ...answer, isRight: true })))).toBeNull();
  });

  test('tells how often an answer is right by whether the local model agrees, whatever Claude says about itself', () => {
    const calibration = fitClaudeCalibration(answers(2_000));
    if (calibration === null) throw new Error('nothing was fitted');
    const trust = (agrees: boolean) =>
      trustIn(calibration, { local: agrees ? 0.75 : 0.17, agrees, margin: 0.25, stated: 0.9 });
    expect(trust(true)).toBeCloseTo(0.9, 1);
    expect(trust(false)).toBeCloseTo(0.4, 1);
    expect(calibration.ece).toBeLessThan(0.04);
    expect(calibration.auroc?.low).toBeGreaterThan(0.65);
    expect(calibration).toMatchObject({ n: 2_000, accuracy: expect.closeTo(0.75, 1) });
  });

  test('is never certain, even where every answer could be told apart', () => {
    const clear = answers(400).map((answer) => ({ ...answer, isRight: answer.signals.agrees }));
    const calibration = fitClaudeCalibration(clear);
    if (calibration === null) throw new Error('nothing was fitted');
    for (const { signals } of clear) {
      expect(trustIn(calibration, signals)).toBeGreaterThanOrEqual(0.001);
      expect(trustIn(calibration, signals)).toBeLessThanOrEqual(0.999);
    }
    expect(calibration.weights.every(Number.isFinite)).toBe(true);
  });
});
