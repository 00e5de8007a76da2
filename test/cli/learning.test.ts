import { runProgram } from '@usher/cli/program';
import { Screen } from '@usher/cli/screen';
import { connectDatabase } from '@usher/db/connect';
import { flagLabellers } from '@usher/db/labellers';
import { saveLocalModel } from '@usher/db/local-models';
import { receiveTickets } from '@usher/db/receive-tickets';
import { ensureSource } from '@usher/db/sources';
import { publishTaxonomy } from '@usher/db/taxonomies';
import { serialise } from '@usher/engines/local/serialise';
import { trainLocalModel } from '@usher/engines/local/train';
import { afterAll, expect, test } from 'vitest';
import { draft } from '../db/draft.ts';
import { garden, gardenExamples } from '../engines/local-desk.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { SECRET_KEY } from '../support/vault.ts';

const own = await createTestDatabase();
const database = connectDatabase(own.url, { name: 'test' });
const { db } = database;
const taxonomyVersion = await publishTaxonomy(db, garden, { actor: 'test' });
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await own.drop();
});

async function usher(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  let [out, error] = ['', ''];
  const sinks = {
    out: { write: (text: string) => (out += text) },
    error: { write: (text: string) => (error += text) },
  };
  const screen = new Screen({ ...sinks, isJson: args.includes('--json') });
  const environment = { DATABASE_URL: own.url, USHER_SECRET_KEY: SECRET_KEY };
  return { code: await runProgram(args, { environment, screen }), out, error };
}

const model = trainLocalModel(gardenExamples(20), garden, { seed: 1 });
const save = () =>
  saveLocalModel(db, {
    taxonomyVersion,
    learntFrom: 0,
    examples: 80,
    figures: model.figures,
    content: serialise(model),
  });

test('the local model is listed with its figures, and one command takes it back', async () => {
  expect((await usher('models', 'list')).out).toContain('No local model was learnt yet.');
  const [first, second] = [await save(), await save()];
  const listed = await usher('models', 'list');
  expect(listed.out).toMatch(new RegExp(String.raw`^${second} +in force +\d+ +80 +100.0 % +100.0 % +80 `, 'm'));
  expect(await usher('models', 'rollback')).toMatchObject({
    code: 0,
    out: expect.stringContaining(`Version ${first} is in force`),
  });
  expect((await usher('models', 'list')).out).toMatch(new RegExp(`^${second} +rolled back`, 'm'));
  expect(await usher('models', 'rollback')).toMatchObject({
    code: 1,
    error: expect.stringContaining('no other accepted version'),
  });
  expect(await usher('models', 'use', String(second))).toMatchObject({ code: 0 });
  expect((await usher('models', 'list')).out).toMatch(new RegExp(`^${second} +in force, pinned`, 'm'));
  expect(await usher('models', 'unpin', '--json')).toMatchObject({
    out: expect.stringContaining(`"in_force": ${first}`),
  });
  expect((await usher('models', 'use', 'best')).code).toBe(2);
});

test('a promise is set in percent, for one category or for all', async () => {
  expect((await usher('promise', 'list')).out).toMatch(/^all +5\.0 % +too little data +0\.700, the default +– +0$/m);
  expect((await usher('promise', 'set', '2', '--category', 'tools')).out).toMatch(/^tools +2\.0 % +too little data/m);
  expect((await usher('promise', 'set', '10%')).out).toMatch(/^all +10\.0 %/m);
  expect((await usher('promise', 'drop', 'tools')).out).not.toContain('tools');
  expect((await usher('promise', 'set', '80')).code).toBe(2);
  expect(await usher('promise', 'set', '5', '--category', 'sports')).toMatchObject({
    code: 1,
    error: expect.stringContaining('Known are: plants, tools, other'),
  });
});

test('a flagged labeller is shown with the figures, and cleared by name', async () => {
  expect((await usher('labellers', 'list')).out).toContain('Nobody was flagged.');
  await flagLabellers(db, new Map([['eve', { n: 40, contradicted: 30, othersN: 200, othersContradicted: 6 }]]));
  expect((await usher('labellers', 'list')).out).toMatch(/^eve +not followed +75 % \(60 % to 86 %, n = 40\) +3 %/m);
  expect((await usher('labellers', 'clear', 'eve')).code).toBe(0);
  expect((await usher('labellers', 'list')).out).toMatch(/^eve +cleared/m);
  expect((await usher('labellers', 'clear', 'nobody')).code).toBe(1);
});

test('the words that speak for a category are named', async () => {
  await save();
  const { id: sourceId } = await ensureSource(db, 'api');
  const body = 'hello the aphids on my plant, snails too';
  await receiveTickets(db, [{ sourceId, lane: 'live', draft: draft('E-1', { body }) }]);
  const { code, out } = await usher('explain', 'api:E-1');
  expect(code).toBe(0);
  expect(out).toMatch(/^plants +0\.\d+ .*aphids \d\.\d\d/m);
  expect(out).toContain('The confidence is not calibrated yet');
  expect((await usher('explain', 'api:none')).error).toContain('There is no ticket api:none.');
});
