import { readGroundTruth } from '@usher/core/connectors/ground-truth';
import { describe, expect, test } from 'vitest';
import { desk } from '../../support/claude-server-desk.ts';

const decided = { category: 'billing', team: 'finance' };
const read = (outcome: { category?: string; subcategory?: string; team?: string }, before = decided) =>
  readGroundTruth({ category: null, subcategory: null, team: null, ...outcome }, desk, before);
const teamOf = (key: string) => desk.categories.find((category) => category.key === key)?.team ?? '';

describe('The end of a ticket says that it was', () => {
  test('the category that stands there', () => {
    expect(read({ category: 'technical', team: teamOf('technical') })).toEqual({
      category: 'technical',
      subcategory: null,
    });
    expect(read({ category: 'billing', subcategory: 'refund_request', team: 'finance' })).toEqual({
      category: 'billing',
      subcategory: 'refund_request',
    });
    expect(read({ category: 'billing', subcategory: 'nonsense' })).toEqual({ category: 'billing', subcategory: null });
  });

  test('the category that the team to which somebody moved it has, where ours was only left standing', () => {
    expect(read({ category: 'billing', team: teamOf('technical') })).toEqual({
      category: 'technical',
      subcategory: null,
    });
  });

  test('what we decided, where only the team is told and it is the one that we chose', () => {
    expect(read({ team: 'finance' })).toEqual({ category: 'billing', subcategory: null });
  });

  test('nothing, where nothing is told, or what the taxonomy does not know', () => {
    expect(read({})).toBeNull();
    expect(read({ category: 'gone', team: 'nobody' })).toBeNull();
    expect(read({ team: 'nobody' }, { category: 'gone', team: 'x' })).toBeNull();
  });
});
