import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '@usher/cli/program';
import { Screen } from '@usher/cli/screen';
import { decide, respectPerson } from '@usher/core/decide';
import type { EngineAnswer } from '@usher/core/engine';
import { ReplayReport } from '@usher/core/replay';
import { connectDatabase } from '@usher/db/connect';
import { correctTicket } from '@usher/db/correct-ticket';
import { receiveTickets } from '@usher/db/receive-tickets';
import { recordDecision } from '@usher/db/record-decision';
import { ensureSource } from '@usher/db/sources';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { answer, makeRelease, routeToFinance, TAXONOMY } from '../db/decision.ts';
import { draft } from '../db/draft.ts';
import { createTestDatabase } from '../support/postgres.ts';

const own = await createTestDatabase();
const database = connectDatabase(own.url, { name: 'test' });
const { db } = database;
const releaseId = await makeRelease(db);
const { id: sourceId } = await ensureSource(db, 'api');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'usher-replay-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await database[Symbol.asyncDispose]();
  await own.drop();
});

async function usher(...args: string[]) {
  let out = '';
  let error = '';
  const sinks = {
    out: { write: (text: string) => (out += text) },
    error: { write: (text: string) => (error += text) },
  };
  const screen = new Screen({ ...sinks, isJson: args.includes('--json') });
  const code = await runProgram(args, { environment: { DATABASE_URL: own.url }, screen });
  const report = () => ReplayReport.parse(JSON.parse(out));
  return { code, out, error, report };
}

/** Takes a text in and decides it as a worker would, from what an engine says. */
async function decided(name: string, said: EngineAnswer, { body = `Text of ${name}`, chosen = '' } = {}) {
  const [receipt] = await receiveTickets(db, [{ sourceId, lane: 'live', draft: draft(name, { body }) }]);
  const { ticketId, revision } = receipt ?? { ticketId: 0, revision: 0 };
  const rules = { taxonomy: TAXONOMY, thresholds: { all: 0.7, byCategory: {} }, mode: 'auto' } as const;
  const decision = respectPerson(decide(said, rules), chosen === '' ? null : chosen);
  const { calls } = said;
  await recordDecision(db, { ticketId, revision, releaseId, mode: 'auto', engine: 'cascade', calls, decision });
  return ticketId;
}

function suggests(category: string, confidence: number, standIn: 'budget_spent' | null = null): EngineAnswer {
  const suggestion = {
    category,
    subcategory: null,
    confidence,
    calibrated: true,
    alternatives: [],
    rationale: 'Because.',
  };
  return { kind: 'suggested', suggestion, standIn, calls: [answer({ suggestion })] };
}

beforeAll(async () => {
  await decided('R-sure', suggests('billing', 0.95));
  await decided('R-fair', suggests('billing', 0.8));
  await decided('R-unsure', suggests('general', 0.4));
  await decided('R-stand-in', suggests('general', 0.9, 'budget_spent'));
  await decided('R-nothing', { kind: 'nothing', reason: 'refused', calls: [] });
  const ticketId = await decided('R-person', suggests('billing', 0.75));
  const decision = { ...routeToFinance({ reason: 'corrected', confidence: null }), category: 'general' };
  const by = { actorKind: 'agent', actor: 'ana', note: null } as const;
  await correctTicket(db, { ticketId, decision, by, mode: 'auto' });
});

describe('usher replay TICKET', () => {
  test.each(['R-sure', 'R-fair', 'R-unsure', 'R-stand-in', 'R-nothing', 'R-person'])(
    'reproduces the stored decision about %s exactly',
    async (name) => {
      const { code, out } = await usher('replay', `api:${name}`, '--json');
      expect(code).toBe(0);
      expect(JSON.parse(out)).toMatchObject({ ticket: `api:${name}`, reproduced: true, different: [] });
    },
  );

  test('reproduces what a person had said before, too', async () => {
    await decided('R-person', suggests('billing', 0.9), { body: 'Another text', chosen: 'general' });
    const { out } = await usher('replay', 'api:R-person');
    expect(out).toMatch(/^reason +person_before +person_before$/m);
    expect(out).toContain('Reproduced exactly');
  });

  test('says which fields differ where something was changed behind its back', async () => {
    await db.execute(`update decisions set team = 'nobody' where id = (select min(id) from decisions)`);
    const { out } = await usher('replay', 'api:R-sure');
    await db.execute(`update decisions set team = 'finance' where id = (select min(id) from decisions)`);
    expect(out).toContain('Not reproduced from release 1: team differ');
  });

  test('says so where there is nothing to replay', async () => {
    expect((await usher('replay', 'api:none')).error).toContain('There is no ticket api:none');
    await receiveTickets(db, [{ sourceId, lane: 'live', draft: draft('R-new') }]);
    expect((await usher('replay', 'api:R-new')).error).toContain('No engine has decided api:R-new yet');
  });
});

describe('usher replay', () => {
  test('changes nothing under the rules in force', async () => {
    const { report } = await usher('replay', '--json');
    expect(report()).toMatchObject({ n: 7, changed: { value: 0, n: 7 }, moves: [], examples: [] });
  });

  test('shows what a stricter threshold would send to triage, and how often it would have been right', async () => {
    const { before, after, ...report } = (await usher('replay', '--threshold', '0.93', '--json')).report();
    expect(report).toMatchObject({ changed: { n: 7 }, recategorised: { value: expect.closeTo(1 / 7) } });
    expect(report.examples.map(({ ticket }) => ticket).sort()).toEqual(
      ['api:R-fair', 'api:R-person', 'api:R-person', 'api:R-stand-in'].sort(),
    );
    expect([before.automated.value, after.automated.value]).toEqual([expect.closeTo(3 / 7), expect.closeTo(1 / 7)]);
    expect(before.wrong_automated).toMatchObject({ value: 1, n: 1 });
    expect(after.wrong_automated).toMatchObject({ value: null, n: 0 });
  });

  test('learns a draft of the taxonomy, and compares it with the one in force on equal terms', async () => {
    const path = join(folder, 'draft.yaml');
    const categories = TAXONOMY.categories.map((category) => ({ ...category, team: 'everybody' }));
    await writeFile(path, stringify({ ...TAXONOMY, categories }));
    const { code, out, error } = await usher('replay', '--taxonomy', path, '--limit', '3');
    expect(code).toBe(0);
    expect(error).toContain('Learning the local model twice for 3 tickets');
    expect(out).toContain('learnt twice from the same labels');
    const { report } = await usher('replay', '--taxonomy', path, '--json');
    expect(report().recategorised).toMatchObject({ value: 0, n: 7 });
  });

  test('refuses what it cannot read, in words', async () => {
    expect((await usher('replay', '--since', 'yesterday')).error).toContain('--since must be a span such as 7d');
    expect((await usher('replay', '--threshold', '7')).error).toContain('--threshold must be 0 to 1');
    expect((await usher('replay', '--engine', 'claude')).error).toContain('--engine must be stored or local');
    expect((await usher('replay', '--engine', 'local')).error).toContain('still to be learnt');
    expect((await usher('replay', '--since', '9020-01-01')).error).toContain('No engine has decided');
  });
});
