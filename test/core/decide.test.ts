import { decide, respectPerson, stateAfter, triageUnread } from '@usher/core/decide';
import { type EngineAnswer, NothingReason } from '@usher/core/engine';
import { Mode } from '@usher/core/release';
import { Taxonomy } from '@usher/core/taxonomy';
import { assert, double, property } from 'fast-check';
import { describe, expect, test } from 'vitest';

const taxonomy = Taxonomy.parse({
  fallback: 'general',
  categories: [
    { key: 'billing', title: 'Billing', description: 'Money.', team: 'finance', priority: 'medium', sla_hours: 24 },
    { key: 'security', title: 'Security', description: 'Access.', team: 'security', priority: 'high', sla_hours: 2 },
    { key: 'general', title: 'General', description: 'The rest.', team: 'support', priority: 'low', sla_hours: 48 },
  ],
});
const rules = { taxonomy, thresholds: { all: 0.7, byCategory: {} }, mode: 'auto' } as const;

function said(
  category: string,
  confidence: number,
  standIn: 'claude_unavailable' | 'budget_spent' | null = null,
): EngineAnswer {
  const suggestion = {
    category,
    subcategory: null,
    confidence,
    calibrated: false,
    alternatives: [],
    rationale: 'Because.',
  };
  return { kind: 'suggested', suggestion, standIn, calls: [] };
}

function failed(): never {
  throw new Error('nothing was suggested');
}

describe('A confident suggestion', () => {
  test("routes to the category's team with its priority and SLA, without a note", () => {
    expect(decide(said('billing', 0.93), rules)).toEqual({
      action: 'route',
      reason: 'confident',
      category: 'billing',
      subcategory: null,
      team: 'finance',
      priority: 'medium',
      slaHours: 24,
      confidence: 0.93,
      isCalibrated: false,
      note: null,
    });
  });

  test('only suggests in suggest mode, and in shadow mode decides as it would have', () => {
    expect(decide(said('billing', 0.93), { ...rules, mode: 'suggest' })).toMatchObject({
      action: 'suggest',
      team: 'finance',
    });
    expect(decide(said('billing', 0.93), { ...rules, mode: 'shadow' })).toMatchObject({
      action: 'route',
      team: 'finance',
    });
  });

  test("must reach its category's own threshold where there is one", () => {
    const strict = { ...rules, thresholds: { all: 0.7, byCategory: { security: 0.95 } } };
    expect(decide(said('security', 0.93), strict)).toMatchObject({ action: 'triage' });
    expect(decide(said('billing', 0.93), strict)).toMatchObject({ action: 'route' });
  });

  test('is only suggested where a promise was withdrawn, and the note says why', () => {
    const withdrawn = { ...rules, thresholds: { all: 0.7, byCategory: { security: null } } };
    expect(decide(said('security', 0.93), withdrawn)).toMatchObject({
      action: 'suggest',
      reason: 'promise_withdrawn',
      team: 'security',
      note: expect.stringContaining('More decisions turned out wrong than were promised'),
    });
    expect(decide(said('security', 0.5), withdrawn)).toMatchObject({ action: 'triage', reason: 'low_confidence' });
    expect(decide(said('billing', 0.93), withdrawn)).toMatchObject({ action: 'route' });
  });

  test('that nobody calibrated gains nothing from a low threshold that calibrated ones have proven', () => {
    const proven = { ...rules, thresholds: { all: 0.55, byCategory: {} } };
    const uncalibrated = said('billing', 0.6);
    const { suggestion, ...answer } = uncalibrated.kind === 'suggested' ? uncalibrated : failed();
    expect(decide({ ...answer, suggestion }, proven)).toMatchObject({ action: 'triage', isCalibrated: false });
    const calibrated = { ...answer, suggestion: { ...suggestion, calibrated: true } };
    expect(decide(calibrated, proven)).toMatchObject({ action: 'route', isCalibrated: true });
  });

  test('of a stand-in is confirmed by an agent, and the note says for whom it stands in', () => {
    const decision = decide(said('billing', 0.93, 'claude_unavailable'), rules);
    expect(decision).toMatchObject({ action: 'suggest', reason: 'stand_in', team: 'finance' });
    expect(decision.note).toContain('Claude could not be reached in time');
  });
});

describe('An unsure suggestion', () => {
  test('goes to triage with the note, and keeps category, priority and SLA of its best guess', () => {
    expect(decide(said('security', 0.62), rules)).toMatchObject({
      action: 'triage',
      team: 'triage',
      category: 'security',
      priority: 'high',
      slaHours: 2,
      confidence: 0.62,
      isCalibrated: false,
      note: 'Low confidence (0.62). Manual review needed.',
    });
  });

  test('just below the threshold never reads as if it had reached it', () => {
    expect(decide(said('billing', 0.69999), rules).note).toBe('Low confidence (0.69). Manual review needed.');
  });

  test('is triaged exactly below the threshold, whatever the confidence', () => {
    assert(
      property(double({ min: 0, max: 1, noNaN: true }), (confidence) => {
        const decision = decide(said('billing', confidence), rules);
        expect(decision.action).toBe(confidence < 0.7 ? 'triage' : 'route');
        expect(decision.confidence).toBeLessThanOrEqual(confidence + 1e-9);
        expect(decision.confidence).toBeGreaterThan(confidence - 1e-3);
      }),
    );
  });
});

test('an unsure stand-in is an outage and not a prediction', () => {
  const decision = decide(said('billing', 0.44, 'claude_unavailable'), rules);
  expect(decision).toEqual(triageUnread('unavailable', taxonomy));
  expect(decide(said('billing', 0.44, 'budget_spent'), rules)).toEqual(triageUnread('budget_spent', taxonomy));
});

test('a category may have the key of something that every object has', () => {
  const keyed = Taxonomy.parse({
    ...taxonomy,
    fallback: 'constructor',
    categories: [{ ...taxonomy.categories[0], key: 'constructor' }],
  });
  expect(decide(said('constructor', 0.05), { ...rules, taxonomy: keyed })).toMatchObject({ action: 'triage' });
});

describe('Where a person chose for an earlier text', () => {
  const routed = decide(said('billing', 0.93), rules);

  test('the same category is routed, another one is only suggested', () => {
    expect(respectPerson(routed, 'billing')).toBe(routed);
    expect(respectPerson(routed, 'general')).toMatchObject({
      action: 'suggest',
      reason: 'person_before',
      note: expect.stringContaining('general'),
    });
  });

  test('nothing changes where nobody chose or a person decides anyway', () => {
    expect(respectPerson(routed, null)).toBe(routed);
    const triaged = decide(said('billing', 0.2), rules);
    expect(respectPerson(triaged, 'general')).toBe(triaged);
  });
});

describe('Where nothing was predicted', () => {
  test.each(NothingReason.options)(
    '%s goes to triage without a category and without an invented confidence',
    (reason) => {
      const decision = decide({ kind: 'nothing', reason, calls: [] }, rules);
      expect(decision).toMatchObject({ action: 'triage', reason, team: 'triage', category: null, confidence: null });
      expect(decision).toMatchObject({ priority: 'low', slaHours: 48 });
      expect(decision.note).toMatch(/Manual review needed\.$/);
    },
  );

  test('a label outside the taxonomy counts as unusable', () => {
    expect(decide(said('invented', 0.99), rules)).toEqual(triageUnread('unusable', taxonomy));
  });
});

test('the ticket ends in the state that action and mode give', () => {
  const states = Mode.options.map((mode) => [
    stateAfter('route', mode),
    stateAfter('suggest', mode),
    stateAfter('triage', mode),
  ]);
  expect(states).toEqual([
    ['routed', 'suggested', 'triaged'],
    ['routed', 'suggested', 'triaged'],
    ['shadowed', 'shadowed', 'shadowed'],
  ]);
});
