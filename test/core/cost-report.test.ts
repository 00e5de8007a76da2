import { type CostLine, costReport } from '@usher/core/cost-report';
import { expect, test } from 'vitest';

const span = { from: new Date('2026-11-01'), until: new Date('2026-12-01') };
const prices = { date: '2026-10-08', isOld: false, unlisted: [] };

function line(changed: Partial<CostLine> = {}): CostLine {
  return {
    group: 'all',
    key: '',
    tickets: 100,
    calls: 80,
    reused: 20,
    costMicroUsd: 9_000,
    deviation: 20,
    inputTokens: 250_000,
    cacheReadTokens: 200_000,
    outputTokens: 3_000,
    ...changed,
  };
}

test('a thousand tickets cost a thousand times the mean, with the interval of the mean', () => {
  expect(costReport([line()], { ...span, prices })).toMatchObject({
    from: '2026-11-01T00:00:00.000Z',
    until: '2026-12-01T00:00:00.000Z',
    tickets: 100,
    cost_micro_usd: 9_000,
    cost_per_1000_tickets: 0.09,
    // 90 ± 1.96 × 20 / √100
    interval: { low: 0.086, high: 0.094 },
    cached_share: 0.8,
  });
});

test('each group has its own lines', () => {
  const report = costReport(
    [line(), line({ group: 'day', key: '2026-11-02' }), line({ group: 'source', key: 'api', tickets: 29 })],
    { ...span, prices },
  );
  expect(report.by_day).toMatchObject([{ day: '2026-11-02', tickets: 100 }]);
  expect(report.by_source).toMatchObject([{ source: 'api', tickets: 29 }]);
  expect(report.by_model).toEqual([]);
});

test('few tickets have a cost and no interval, none have neither', () => {
  expect(costReport([line({ tickets: 29 })], { ...span, prices }).interval).toBeNull();
  expect(costReport([], { ...span, prices })).toMatchObject({
    tickets: 0,
    cost_micro_usd: 0,
    cost_per_1000_tickets: null,
    interval: null,
    cached_share: null,
  });
});

test('the note names the day of the prices, and says when they are old or lacking', () => {
  expect(costReport([], { ...span, prices }).note).toContain('of 2026-10-08');
  const { note } = costReport([], { ...span, prices: { ...prices, isOld: true, unlisted: ['claude-new'] } });
  expect(note).toContain('older than half a year');
  expect(note).toContain('No price is listed for claude-new');
});
