import { accuracyReport, type OutcomeCell } from '@usher/core/reports/accuracy';
import { tooLittle } from '@usher/core/reports/estimate';
import type { Basis } from '@usher/core/reports/report';
import { expect, test } from 'vitest';

function cell(predicted: string, truth: string | null, n: number, changed: Partial<OutcomeCell> = {}): OutcomeCell {
  const origin = truth === null ? null : truth === predicted ? 'accepted' : 'correction';
  return { predicted, truth, origin, shadow: false, n, ...changed };
}

const CELLS = [
  cell('billing', null, 6),
  cell('billing', 'billing', 2),
  cell('billing', 'general', 2),
  cell('general', null, 9, { shadow: true }),
  cell('general', 'general', 1, { origin: 'closed' }),
];
const AUDITS = [
  cell('billing', 'billing', 40, { origin: 'audit' }),
  cell('billing', 'general', 10, { origin: 'audit' }),
];

function report(basis: Basis, cells: readonly OutcomeCell[] = CELLS) {
  const counts = { cells, audits: cells.length === 0 ? [] : AUDITS, drawn: 60, waiting: 10 };
  return accuracyReport(counts, { basis, nearestNeighbour: tooLittle(0), notCounted: 0 });
}

test('of nothing there is nothing to report', () => {
  expect(report('assumed', []).document).toMatchObject({
    total: 0,
    correct: 0,
    accuracy: null,
    interval: null,
    by_category: [],
    audited: { value: null, n: 0 },
    baselines: { majority: { category: null, value: null } },
  });
});

test('the simple report takes silence for right, and says what that hides', () => {
  const { document } = report('assumed');
  expect(document).toMatchObject({ total: 20, correct: 18, accuracy: 0.9, shadow: { total: 9, correct: 9 } });
  expect(document.by_category.map(({ category, accuracy }) => [category, accuracy])).toEqual([
    ['billing', 0.8],
    ['general', 1],
  ]);
  expect(document.note).toContain('Uncorrected is not the same as correct');
});

test('blind audits speak for themselves, whatever else was said', () => {
  const { audited, by_origin } = report('judged').document;
  expect(audited).toMatchObject({ value: 0.8, n: 50, drawn: 60, waiting: 10 });
  expect(by_origin).toMatchObject([
    { origin: 'correction', value: 0, n: 2 },
    { origin: 'accepted', value: 1, n: 2 },
    { origin: 'closed', value: 1, n: 1 },
    { origin: 'audit', value: 0.8, n: 50 },
  ]);
});

test.each([
  ['assumed', { precision: 0.8, recall: 10 / 12, f1: 20 / 22 }, 12 / 20],
  ['judged', { precision: 1, recall: 1 / 3, f1: 0.5 }, 3 / 5],
  ['audit', { precision: null, recall: 0, f1: 0 }, 40 / 50],
] as const)('on the basis %s, precision, recall and baseline come from its own cells', (basis, general, majority) => {
  const { by_category, baselines, confusion } = report(basis).document;
  const own = by_category.find(({ category }) => category === 'general');
  if (basis === 'assumed') {
    expect(own).toMatchObject({ precision: { value: 1, n: 10 }, recall: { n: 12 } });
    expect(own?.recall.value).toBeCloseTo(general.recall, 9);
    expect(own?.f1.value).toBeCloseTo(general.f1, 9);
  } else {
    expect([own?.precision.value, own?.recall.value, own?.f1.value]).toEqual(Object.values(general));
  }
  expect(baselines.majority.value).toBeCloseTo(majority, 9);
  expect(confusion.find(({ predicted, truth }) => predicted === 'billing' && truth === 'general')?.n).toBe(
    basis === 'audit' ? 10 : 2,
  );
});

test('every row of a table has a cell for each of its columns', () => {
  const tables = Object.values(report('assumed').tables);
  expect(tables).toHaveLength(4);
  for (const { columns, rows } of tables) for (const row of rows) expect(row).toHaveLength(columns.length);
});
