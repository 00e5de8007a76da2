import { calibrationReport, type ConfidenceBin } from '@usher/core/reports/calibration';
import { writeCsv } from '@usher/core/reports/csv';
import { f1Estimate, shareEstimate } from '@usher/core/reports/estimate';
import { type Bucket, BUCKET_GROWTH, percentile } from '@usher/core/reports/histogram';
import { learningReport } from '@usher/core/reports/learning';
import { overlapReport } from '@usher/core/reports/overlap';
import { randomFrom } from '@usher/engines/local/random';
import { array, assert, double, property } from 'fast-check';
import { describe, expect, test } from 'vitest';

describe('Percentiles', () => {
  const bucketOf = (value: number) => Math.ceil(Math.log(Math.max(1, value)) / Math.log(BUCKET_GROWTH));
  const histogram = (values: readonly number[]): Bucket[] =>
    [...Map.groupBy(values, bucketOf)].map(([bucket, own]) => ({ bucket, n: own.length }));

  test('are those of the values, to within 5 %, and lie in their interval', () => {
    const values = array(double({ min: 1, max: 1e7, noNaN: true }), { minLength: 30, maxLength: 200, size: 'max' });
    assert(
      property(values, (given) => {
        const sorted = [...given].sort((a, b) => a - b);
        const exact = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
        const found = percentile(histogram(given), 0.5);
        expect(Math.abs((found?.value ?? Number.NaN) / exact - 1)).toBeLessThan(0.05);
        expect(found?.low).toBeLessThanOrEqual(found?.value ?? Number.NaN);
        expect(found?.high).toBeGreaterThanOrEqual(found?.value ?? Number.NaN);
      }),
    );
  });

  test('need enough values for both ends of the interval: a 99th more than a median', () => {
    const of = (n: number, share: number) => percentile([{ bucket: 3, n }], share);
    expect([of(0, 0.5), of(3, 0.5), of(100, 0.99)]).toEqual([null, null, null]);
    expect(of(10, 0.5)).not.toBeNull();
    expect(of(1_000, 0.99)).not.toBeNull();
  });

  test('are the same whether histograms are added up or made of all values at once', () => {
    const values = Array.from({ length: 600 }, (_, at) => 1 + at ** 2);
    const parts = [...histogram(values.slice(0, 250)), ...histogram(values.slice(250))];
    for (const share of [0.5, 0.95]) expect(percentile(parts, share)).toEqual(percentile(histogram(values), share));
  });
});

describe('The calibration report', () => {
  const bin = (at: number, n: number, share: number, confidence: number): ConfidenceBin => ({
    bin: at,
    n,
    correct: Math.round(n * share),
    confidence: n * confidence,
  });
  const series = (bins: readonly ConfidenceBin[]) =>
    calibrationReport({ assumed: bins, judged: [], audit: [] }, { random: randomFrom(1), notCounted: 0 }).document
      .series[0];

  test('tells the distance of stated confidence from the truth, with an interval that holds it', () => {
    const wrong = series([bin(9, 400, 0.5, 0.65), bin(14, 600, 0.9, 0.95)]);
    expect(wrong?.ece.value).toBeCloseTo((400 * 0.15 + 600 * 0.05) / 1_000, 9);
    expect(wrong?.ece.low).toBeGreaterThan(0.05);
    expect(wrong?.ece.high).toBeLessThan(0.13);
    expect(series([bin(13, 1_000, 0.9, 0.9)])?.ece).toMatchObject({ value: 0, low: 0 });
  });

  test('says nothing of an error on fewer than 100 predictions, and keeps the bins', () => {
    const little = series([bin(14, 99, 1, 0.97)]);
    expect(little).toMatchObject({ n: 99, ece: { value: null, low: null, high: null, n: 99 } });
    expect(little?.bins).toMatchObject([{ n: 99, confidence: 0.97, accuracy: { value: 1 } }]);
  });
});

describe('Other reports', () => {
  test('the interval of F1 is that of the share of hits among all that were predicted or true', () => {
    expect(f1Estimate({ hits: 0, predicted: 0, actual: 0 }).value).toBeNull();
    const { value, low, high, n } = f1Estimate({ hits: 30, predicted: 40, actual: 50 });
    const jaccard = shareEstimate(30, 60);
    expect(value).toBeCloseTo((2 * 30) / (40 + 50), 9);
    expect(low).toBeCloseTo((2 * Number(jaccard.low)) / (1 + Number(jaccard.low)), 9);
    expect([n, Number(high) > Number(value)]).toEqual([60, true]);
  });

  test('categories overlap by what is certain: a lone confusion among few texts comes last', () => {
    const text = (actual: string, given: string, n: number) => Array.from({ length: n }, () => ({ actual, given }));
    const texts = [
      ...text('billing', 'billing', 60),
      ...text('billing', 'returns', 25),
      ...text('returns', 'returns', 10),
      ...text('returns', 'billing', 5),
      ...text('rare', 'odd', 1),
      ...text('odd', 'odd', 1),
    ];
    expect(overlapReport(texts, 10).document).toMatchObject({
      n: 102,
      pairs: [
        {
          categories: ['billing', 'returns'],
          confused: { value: 0.3, n: 100 },
          first_as_second: 25,
          second_as_first: 5,
        },
        { categories: ['odd', 'rare'], confused: { value: 0.5, n: 2 } },
      ],
    });
  });

  test('a version that could not be judged is told without figures', () => {
    const facts = { learntAt: new Date(0), taxonomyVersion: 1, examples: 0, state: 'accepted' } as const;
    const baselines = { n: 50, model: 45, withoutLabels: 20, nearestNeighbour: 40 };
    const figures = { n: 80, accuracy: 0.9, macroF1: 0.8, ece: 0.02, isFromOutcomes: true, baselines };
    const versions = [
      { id: 2, ...facts, figures },
      { id: 1, ...facts, figures: { n: 0 } },
    ];
    const { document } = learningReport([], { versions, inForce: 2, notCounted: 0 });
    expect(document.versions).toMatchObject([
      {
        in_force: true,
        accuracy: { value: 0.9, n: 80 },
        with_labels: { value: 0.9, n: 50 },
        without_labels: { value: 0.4 },
        nearest_neighbour: { value: 0.8 },
      },
      { in_force: false, accuracy: { value: null, n: 0 }, with_labels: { value: null } },
    ]);
  });

  test('CSV quotes what needs it, and nothing becomes a formula', () => {
    const columns = [['a', 'text'] as const, ['b', 'share'] as const];
    const rows = [
      ['plain', 0.5],
      ['with "quotes", and comma', null],
      ['=cmd|calc', -1],
    ];
    expect(writeCsv({ columns, rows })).toBe(`a,b\r\nplain,0.5\r\n"with ""quotes"", and comma",\r\n'=cmd|calc,-1\r\n`);
  });
});
