import { confirm, type Current, mergedFields, mergedTags, planChanges, planUndo } from '@usher/core/connectors/changes';
import { array, assert, constantFrom, oneof, dictionary, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';

const blank: Current = { team: null, priority: null, tags: [], fields: {}, status: null, stamp: null };
const untouched = { teams: ['new'], priorities: [] };
const plan = (current: Partial<Current>, written: ReturnType<typeof confirm> | null = null, team = 'finance') =>
  planChanges({ team, tags: ['ours'], fields: {} }, { current: { ...blank, ...current }, written, untouched });

describe('A value is changed', () => {
  test('where nobody chose one, or where it is what every new ticket has', () => {
    expect(plan({}).changes.team).toBe('finance');
    expect(plan({ team: 'new' }).changes.team).toBe('finance');
  });

  test('where it is what we wrote last', () => {
    const { written } = plan({});
    expect(plan({ team: 'finance' }, confirm(written), 'security').changes.team).toBe('security');
  });

  test('again, where it is unknown whether ours arrived', () => {
    const { written } = plan({ team: 'new' });
    expect(plan({ team: 'new' }, written).changes.team).toBe('finance');
  });
});

describe('A value stays', () => {
  test('where a person chose it, also when the person put it back to what it was before us', () => {
    expect(plan({ team: 'sales' })).toMatchObject({ kept: ['team'] });
    const written = confirm(plan({ team: 'new' }).written);
    for (const team of ['new', 'sales', null]) {
      const later = plan({ team }, written, 'security');
      expect(later.kept).toEqual(['team']);
      expect(later.changes).not.toHaveProperty('team');
    }
  });

  test('without becoming ours, where a person chose the same', () => {
    const same = plan({ team: 'finance' });
    expect(same.kept).toEqual([]);
    expect(planUndo(confirm(same.written), { ...blank, team: 'finance' })).not.toHaveProperty('team');
  });
});

describe('A tag', () => {
  test('of ours that a person removed is not added again', () => {
    const written = confirm(plan({}).written);
    expect(plan({ tags: [] }, written).changes.addTags).toEqual([]);
  });

  test('that was there before us is never taken back', () => {
    const { written } = plan({ tags: ['ours'] });
    expect(planUndo(confirm(written), { ...blank, tags: ['ours'] }).removeTags).toEqual([]);
  });

  test('that we took away comes back when the decision does', () => {
    const first = confirm(plan({}).written);
    const wanted = { tags: ['other'], fields: {} };
    const second = planChanges(wanted, { current: { ...blank, tags: ['ours'] }, written: first, untouched });
    expect(second.changes).toMatchObject({ addTags: ['other'], removeTags: ['ours'] });
    const third = plan({ team: 'finance', tags: ['other'] }, confirm(second.written));
    expect(third.changes).toMatchObject({ addTags: ['ours'], removeTags: ['other'] });
  });
});

test('whatever was there, merging adds ours and loses none', () => {
  const tags = array(oneof(string(), constantFrom('__proto__', 'constructor')));
  const names = string().filter((name) => name !== '__proto__');
  const fields = dictionary(names, constantFrom('a', 1));
  const priorFields = dictionary(names, constantFrom<string | number | null>('a', 'b', 1, null));
  assert(
    property(tags, priorFields, tags, fields, (priorTags, priorFields, ourTags, ourFields) => {
      const current = { ...blank, tags: priorTags, fields: priorFields };
      const { changes, written } = planChanges(
        { tags: ourTags, fields: ourFields },
        { current, written: null, untouched },
      );
      const after = { ...current, tags: mergedTags(current, changes), fields: mergedFields(current, changes) };
      expect(after.tags).toEqual(expect.arrayContaining([...priorTags, ...ourTags]));
      expect(after.tags.slice(0, priorTags.length)).toEqual(priorTags);
      for (const [name, value] of Object.entries(priorFields)) {
        if (value !== null) expect(after.fields[name]).toBe(value);
      }
      for (const name of Object.keys(ourFields)) expect(Object.keys(after.fields)).toContain(name);
      expect(new Set(after.tags)).toEqual(new Set([...priorTags, ...ourTags]));

      const back = planUndo(written, after);
      expect(mergedTags(after, back)).toEqual(priorTags);
      for (const [name, value] of Object.entries(priorFields)) expect(mergedFields(after, back)[name]).toBe(value);
    }),
  );
});
