import { type ComparedLabel, suspectLabellers } from '@usher/core/labellers';
import { describe, expect, test } from 'vitest';

/** Labels of one person, of which every so-manieth contradicts the model. */
function labels(labeller: string, n: number, everySoMany: number): ComparedLabel[] {
  return Array.from({ length: n }, (_, at) => {
    return { labeller, confidence: 0.5 + (at % 50) / 100, agrees: at % everySoMany !== 0 };
  });
}

const honest = ['ana', 'ben', 'cleo', 'dora'].flatMap((name) => labels(name, 200, 20));

describe('Labellers', () => {
  test('who contradict the model far more often than the others are suspected, with the figures that say so', () => {
    const suspects = suspectLabellers([...honest, ...labels('eve', 200, 2)]);
    expect([...suspects.keys()]).toEqual(['eve']);
    expect(suspects.get('eve')).toMatchObject({ n: expect.any(Number), othersN: expect.any(Number) });
  });

  test('who are two are both found', () => {
    const all = [...honest, ...labels('eve', 200, 2), ...labels('mallory', 100, 2)];
    expect([...suspectLabellers(all).keys()].toSorted()).toEqual(['eve', 'mallory']);
  });

  test('with few labels, a somewhat harder queue or most of the labels are not suspected', () => {
    expect(suspectLabellers([...honest, ...labels('newcomer', 20, 2)]).size).toBe(0);
    expect(suspectLabellers([...honest, ...labels('hard queue', 200, 8)]).size).toBe(0);
    expect(suspectLabellers([...labels('ana', 50, 20), ...labels('everybody else', 400, 2)]).size).toBe(0);
    expect(suspectLabellers(labels('alone', 400, 2)).size).toBe(0);
    expect(suspectLabellers([]).size).toBe(0);
  });
});
