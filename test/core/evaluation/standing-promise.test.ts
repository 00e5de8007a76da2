import { checkPromise, type KnownOutcome, type OverruledCount } from '@usher/core/evaluation/standing-promise';
import { describe, expect, test } from 'vitest';

const fresh = { risk: 0.05, state: 'not_offered', threshold: null } as const;
const offered = { risk: 0.05, state: 'offered', threshold: 0.9 } as const;

/** So many outcomes of one confidence, of which the first ones are wrong. */
function known(n: number, wrong: number, confidence: number, changed: Partial<KnownOutcome> = {}): KnownOutcome[] {
  return Array.from({ length: n }, (_, at) => {
    return { confidence, isRight: at >= wrong, isCalibrated: true, isAutomated: true, ...changed };
  });
}

const automated = (n: number, overruled: number, confidence = 0.95): OverruledCount[] => [{ confidence, n, overruled }];

describe('A promise', () => {
  test('is not offered on too little data, and says how little', () => {
    const after = checkPromise(fresh, { known: known(70, 0, 0.95), automated: [] });
    expect(after).toMatchObject({
      state: 'not_offered',
      threshold: null,
      evidence: { known: 70, wrong: { n: 70, share: 0 } },
    });
    expect(checkPromise(fresh, { known: [], automated: [] })).toMatchObject({
      state: 'not_offered',
      evidence: { wrong: null },
    });
  });

  test('is offered from the least confidence on that outcomes support', () => {
    const outcomes = [...known(200, 2, 0.95), ...known(200, 4, 0.8), ...known(200, 60, 0.6)];
    expect(checkPromise(fresh, { known: outcomes, automated: [] })).toMatchObject({ state: 'offered', threshold: 0.8 });
  });

  test('is not offered on confidences that nobody calibrated', () => {
    const outcomes = known(500, 0, 0.95, { isCalibrated: false });
    expect(checkPromise(fresh, { known: outcomes, automated: [] })).toMatchObject({ state: 'not_offered' });
  });

  test('is not offered where more was overruled than was promised, though the known outcomes look well', () => {
    const outcomes = [...known(200, 2, 0.95), ...known(200, 2, 0.8)];
    const counts = [...automated(400, 4), ...automated(400, 100, 0.8)];
    expect(checkPromise(fresh, { known: outcomes, automated: counts })).toMatchObject({
      state: 'offered',
      threshold: 0.95,
    });
  });

  test('stands while its proof wears thin, and is withdrawn when more turned out wrong than was promised', () => {
    expect(checkPromise(offered, { known: known(40, 2, 0.95), automated: [] })).toMatchObject({
      state: 'offered',
      threshold: 0.9,
    });
    const broken = checkPromise(offered, { known: known(40, 4, 0.95), automated: [] });
    expect(broken).toMatchObject({ state: 'withdrawn', threshold: null, evidence: { wrong: { share: 0.1, n: 40 } } });
  });

  test('is withdrawn by corrections alone, since at least so many were wrong', () => {
    expect(checkPromise(offered, { known: [], automated: automated(200, 30) })).toMatchObject({ state: 'withdrawn' });
    expect(checkPromise(offered, { known: [], automated: automated(200, 8) })).toMatchObject({ state: 'offered' });
  });

  test('that was never offered stops automation only when a hundred automated decisions speak clearly against it', () => {
    const uncalibrated = { isCalibrated: false };
    expect(checkPromise(fresh, { known: [], automated: automated(90, 40) })).toMatchObject({ state: 'not_offered' });
    expect(checkPromise(fresh, { known: [], automated: automated(200, 30) })).toMatchObject({ state: 'withdrawn' });
    const triaged = known(300, 200, 0.75, { ...uncalibrated, isAutomated: false });
    expect(checkPromise(fresh, { known: triaged, automated: [] })).toMatchObject({ state: 'not_offered' });
    expect(checkPromise(fresh, { known: known(150, 40, 0.8, uncalibrated), automated: [] })).toMatchObject({
      state: 'withdrawn',
    });
  });

  test('that was withdrawn comes back on proof only, and not because the bad news grew old', () => {
    const withdrawn = { risk: 0.05, state: 'withdrawn', threshold: null } as const;
    expect(checkPromise(withdrawn, { known: [], automated: [] })).toMatchObject({ state: 'withdrawn' });
    expect(checkPromise(withdrawn, { known: known(50, 0, 0.95), automated: [] })).toMatchObject({ state: 'withdrawn' });
    expect(checkPromise(withdrawn, { known: known(100, 0, 0.95), automated: [] })).toMatchObject({
      state: 'offered',
      threshold: 0.95,
    });
  });
});
