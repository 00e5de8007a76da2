import { confirm, type Written } from '@usher/core/connectors/changes';
import { findConnector } from '@usher/core/connectors/registry';
import { array, assert, constantFrom, dictionary, property, record, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { settingsOf } from '../../support/connector-samples.ts';
import { assignmentOf, openDesk, writers } from './desk.ts';

const settingsShape = (name: string) => {
  const connector = findConnector(name);
  if (connector === undefined) throw new Error(`no connector ${name}`);
  return connector.settings.parse(settingsOf(name));
};

/** Decides, looks, writes and confirms, as a worker would whom nothing disturbs. */
function write(desk: ReturnType<typeof openDesk>, decision = {}, written: Written | null = null): Written {
  const plan = desk.desk.write(assignmentOf(decision), desk.look(), written);
  expect(desk.sendAll(plan.requests).filter((status) => status >= 300)).toEqual([]);
  return confirm(plan.written);
}

describe.each(writers)('$name', ({ name, api }) => {
  const settings = settingsShape(name);
  const wanted = {
    team: settings.teams.finance,
    priority: api.features.priority ? settings.priorities.high : null,
    tags: { none: [], 'by name': [`${settings.tag_prefix}billing`], 'by id': [settings.tags.billing] }[
      api.features.tags
    ],
    field: settings.fields.category ?? '',
  };

  const { team, priority } = openDesk(name).state;
  const blank = { team, priority };

  test('shows team, priority, tag, field and a note on an untouched ticket', () => {
    const desk = openDesk(name);
    write(desk);
    expect(desk.state).toMatchObject({ team: wanted.team, priority: wanted.priority, tags: wanted.tags });
    expect(desk.state.fields[wanted.field]).toBe('billing');
    expect(desk.state.notes).toHaveLength(1);
    expect(desk.state.notes[0]).toContain('The customer disputes a charge.');
    expect(desk.state.notes[0]).toContain('https://usher.example.com/tickets/1');
  });

  test('leaves a note only, where the decision or the mode says no more', () => {
    for (const [mode, action] of [
      ['auto', 'suggest'],
      ['suggest', 'route'],
      ['suggest', 'triage'],
    ] as const) {
      const desk = openDesk(name, { mode });
      write(desk, { action });
      expect(desk.state).toEqual({ ...openDesk(name).state, version: 2, notes: [expect.any(String)] });
    }
  });

  test('writes what a person accepted in suggest mode, and nothing at all in shadow mode', () => {
    const suggesting = openDesk(name, { mode: 'suggest' });
    write(suggesting, { reason: 'accepted', confidence: null });
    expect(suggesting.state.team).toBe(wanted.team);

    const shadow = openDesk(name, { mode: 'shadow' });
    expect(shadow.desk.look('4711')).toEqual([]);
    const current = openDesk(name).look();
    expect(shadow.desk.write(assignmentOf(), current, null).requests).toEqual([]);
  });

  test('gives an unsure ticket to the team that triages, and touches nothing else', () => {
    const desk = openDesk(name);
    write(desk, { action: 'triage', reason: 'low_confidence', team: 'triage', note: 'Low confidence (0.62).' });
    expect(desk.state).toMatchObject({ team: settings.teams.triage, priority: blank.priority, tags: [], fields: {} });
    expect(desk.state.notes[0]).toContain('Low confidence (0.62).');
  });

  test('leaves what a person chose, before us and after us, and says so in the note', () => {
    const field = { [wanted.field]: 'chosen by a person' };
    const desk = openDesk(name, { ticket: { team: '99', fields: field } });
    write(desk);
    expect(desk.state).toMatchObject({ team: '99', fields: field });
    expect(desk.state.notes[0]).toContain('Left as somebody set it: team');

    const later = openDesk(name);
    const written = write(later);
    later.state.team = '99';
    later.state.tags = [];
    write(later, {}, written);
    expect(later.state).toMatchObject({ team: '99', tags: [] });
  });

  test('changes its own values and tags when the decision changes', () => {
    const desk = openDesk(name, { ticket: { tags: ['77'] } });
    const written = write(desk);
    write(desk, { category: 'security', subcategory: null, team: 'security' }, written);
    expect(desk.state.team).toBe(settings.teams.security);
    expect(desk.state.fields[wanted.field]).toBe('security');
    expect(desk.state.tags).toContain('77');
    expect(desk.state.tags).not.toContain(wanted.tags[0]);
  });

  test('changes nothing when the same is written again, and names how to see whether a note has arrived', () => {
    const desk = openDesk(name);
    const plan = desk.desk.write(assignmentOf(), desk.look(), null);
    desk.sendAll(plan.requests);
    const again = desk.desk.write(assignmentOf(), desk.look(), plan.written);
    expect(again.requests).toHaveLength(1);
    const [note] = again.requests;
    if (note === undefined || typeof note.repeat === 'string') return expect(note?.repeat).toBe('never');
    expect(JSON.stringify(desk.send(note.repeat.unless).body)).toContain(note.repeat.shows);
    expect(JSON.stringify(desk.send(note.repeat.unless).body)).not.toContain('Usher decision #1.');
  });

  test('finishes what a crash left undone, wherever it happened', () => {
    const whole = openDesk(name).desk.write(assignmentOf(), openDesk(name).look(), null).requests.length;
    for (let sent = 0; sent <= whole; sent += 1) {
      const desk = openDesk(name);
      const first = write(desk, { category: 'security', subcategory: null, team: 'security', priority: 'low' });
      const interrupted = desk.desk.write(assignmentOf(), desk.look(), first);
      desk.sendAll(interrupted.requests.slice(0, sent));
      write(desk, {}, interrupted.written);
      expect(desk.state).toMatchObject({ team: wanted.team, priority: wanted.priority, tags: wanted.tags });
      expect(desk.state.fields[wanted.field]).toBe('billing');
    }
  });

  test('takes back what it wrote, and nothing that a person wrote since', () => {
    const desk = openDesk(name, { ticket: { tags: ['77'] } });
    const written = write(desk);
    const undone = openDesk(name, { ticket: structuredClone(desk.state) });
    undone.sendAll(undone.desk.undo('4711', undone.look(), written));
    expect(undone.state).toMatchObject({ ...blank, tags: ['77'] });
    expect(undone.state.fields[wanted.field] ?? null).toBeNull();

    desk.state.team = '99';
    desk.sendAll(desk.desk.undo('4711', desk.look(), written));
    expect(desk.state).toMatchObject({ team: '99', tags: ['77'] });
  });

  test('adds its own to any prior tags, fields and values, and loses none', () => {
    const names = constantFrom(...priorFields(wanted.field));
    const prior = record({
      team: constantFrom(blank.team, '99', '98'),
      tags: array(constantFrom('77', '78', '79', '80', '81')).map((tags) => [...new Set(tags)]),
      fields: dictionary(names, string()),
    });
    assert(
      property(prior, (ticket) => {
        const desk = openDesk(name, { ticket: structuredClone(ticket) });
        const written = write(desk);
        expect(desk.state.tags).toEqual(expect.arrayContaining([...ticket.tags, ...wanted.tags]));
        expect(desk.state.tags).toHaveLength(ticket.tags.length + wanted.tags.length);
        expect(desk.state.fields).toMatchObject(ticket.fields);
        expect(desk.state.team).toBe(ticket.team === blank.team ? wanted.team : ticket.team);

        desk.sendAll(desk.desk.undo('4711', desk.look(), written));
        expect(desk.state.tags.toSorted()).toEqual(ticket.tags.toSorted());
        expect(desk.state.fields).toMatchObject(ticket.fields);
        expect(desk.state.team).toBe(ticket.team);
      }),
      { numRuns: 50 },
    );
  });

  test('tells the ground truth at the end: what an agent left there', () => {
    const desk = openDesk(name);
    write(desk);
    desk.state.team = settings.teams.security ?? null;
    desk.state.fields[wanted.field] = 'security';
    expect(desk.desk.outcome(desk.look())).toMatchObject({ category: 'security', team: 'security' });
  });

  test('refuses answers of another form, and never takes what is missing for empty', () => {
    const desk = openDesk(name);
    const unreadable = expect.objectContaining({ code: 'helpdesk_answer_unreadable' });
    const answers = desk.desk.look('4711').map((request) => desk.send(request).body);
    expect(() => desk.desk.current(answers.slice(1))).toThrow(unreadable);
    for (const other of [null, {}, { error: 'no such ticket' }, 'a page of HTML']) {
      expect(() => desk.desk.current([other, ...answers.slice(1)])).toThrow(unreadable);
      expect(() => desk.desk.current([...answers.slice(0, -1), other])).toThrow(unreadable);
    }
  });
});

test('a race is noticed where the vendor can notice it', () => {
  const desk = openDesk('zendesk');
  const plan = desk.desk.write(assignmentOf(), desk.look(), null);
  desk.state.version += 1;
  expect(desk.sendAll(plan.requests.slice(0, 1))).toEqual([409]);
  expect(findConnector('zendesk')?.api?.lookAgainOn).toContain(409);
});

/** Names of other fields, in the way of the vendor. */
function priorFields(name: string): [string, ...string[]] {
  const prefix = name.replace(/\d+$|[a-z]+$/, '');
  return [`${prefix}601`, `${prefix}602`, `${prefix}603`];
}
