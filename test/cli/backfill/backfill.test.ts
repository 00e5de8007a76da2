import { readFile, rm, writeFile } from 'node:fs/promises';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '@usher/cli/program';
import { Screen } from '@usher/cli/screen';
import { connectDatabase } from '@usher/db/connect';
import { dueTickets } from '@usher/db/due-tickets';
import { findTicket } from '@usher/db/find-ticket';
import { publishTaxonomy } from '@usher/db/taxonomies';
import { startWork } from '@usher/db/work';
import postgres from 'postgres';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { TAXONOMY } from '../../db/decision.ts';
import { createTestDatabase } from '../../support/postgres.ts';

const own = await createTestDatabase();
const database = connectDatabase(own.url, { name: 'test' });
const { db } = database;
const sql = postgres(own.url, { max: 1, onnotice: () => {} });
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'usher-backfill-'));
  await publishTaxonomy(db, TAXONOMY, { actor: 'test' });
});
beforeEach(async () => {
  await sql`truncate tickets, backfills cascade`;
});
afterAll(async () => {
  await sql.end();
  await database[Symbol.asyncDispose]();
  await Promise.all([own.drop(), rm(folder, { recursive: true, force: true })]);
});

async function usher(
  args: readonly string[],
): Promise<{ code: number; out: string; error: string; json: () => unknown }> {
  let out = '';
  let error = '';
  const sinks = {
    out: { write: (text: string) => (out += text) },
    error: { write: (text: string) => (error += text) },
  };
  const screen = new Screen({ ...sinks, isJson: true });
  const code = await runProgram([...args, '--json'], { environment: { DATABASE_URL: own.url }, screen });
  return { code, out, error, json: () => JSON.parse(out) };
}

async function fileOf(name: string, text: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

async function rejectsOf(path: string): Promise<unknown[]> {
  const lines = (await readFile(`${path}.rejects.jsonl`, 'utf8')).trim().split('\n');
  return lines.map((line): unknown => JSON.parse(line));
}

test('tickets of a file wait in the bulk lane, and what cannot be used is in the reject file with line and reason', async () => {
  const path = await fileOf(
    'mixed.csv',
    'ticket_id,subject,body,requester,created_at\n' +
      'a-1,Refund,"Charged\ntwice",ana@example.com,2026-01-31 09:30\n' +
      ',No id,text,,\n' +
      'a-2,Crash,It crashes,bo@example.com,soon\n' +
      'a-3,,,,\n' +
      'a-4,Where is it,\\N and a\ttab,,\n',
  );
  const { code, json } = await usher(['backfill', path]);
  expect(code).toBe(0);
  expect(json()).toMatchObject({ read: 5, created: 2, refused: 3, end: 'whole', rejects: `${path}.rejects.jsonl` });
  expect(await rejectsOf(path)).toMatchObject([
    { file: path, line: 4, reason: 'ticket_id: must not be empty' },
    { file: path, line: 5, reason: '"soon" is no date that is known' },
    { file: path, line: 6, reason: expect.stringContaining('nothing to read') },
  ]);
  expect(await findTicket(db, { source: 'api', externalId: 'a-1' })).toMatchObject({
    lane: 'bulk',
    state: 'received',
    body: 'Charged\ntwice',
    requester: 'ana@example.com',
    createdAt: new Date('2026-01-31T09:30:00Z'),
  });
  expect(await findTicket(db, { source: 'api', externalId: 'a-4' })).toMatchObject({ body: '\\N and a\ttab' });
  expect(await dueTickets(db, { lane: 'bulk', limit: 10 })).toHaveLength(2);
});

test('a file that was read to its end is not read twice, unless that is asked; then its tickets are known', async () => {
  const path = await fileOf('once.jsonl', '{"id":1,"body":"One"}\n{"id":2,"body":"Two"}\n');
  expect((await usher(['backfill', path])).json()).toMatchObject({ created: 2 });
  const again = await usher(['backfill', path]);
  expect([again.code, again.error]).toEqual([1, expect.stringContaining('imported_before')]);
  expect((await usher(['backfill', path, '--again'])).json()).toMatchObject({ created: 0, duplicate: 2 });
});

test('an id that a file has twice is one ticket with two texts', async () => {
  const path = await fileOf('twice.jsonl', '{"id":1,"body":"One"}\n{"id":1,"body":"Two"}\n{"id":1,"body":"Two"}\n');
  expect((await usher(['backfill', path])).json()).toMatchObject({ created: 1, revised: 1, duplicate: 1 });
  expect(await findTicket(db, { source: 'api', externalId: '1' })).toMatchObject({ revision: 2, body: 'Two' });
});

test('a limit ends a run, and the next one goes on there', async () => {
  const lines = Array.from({ length: 10 }, (_, at) => JSON.stringify({ id: at, body: `Text ${at}` }));
  const path = await fileOf('long.jsonl', lines.join('\n'));
  expect((await usher(['backfill', path, '--limit', '4'])).json()).toMatchObject({ read: 4, created: 4, end: 'limit' });
  expect((await usher(['backfill', path, '--limit', '4'])).json()).toMatchObject({ read: 8, created: 8 });
  expect((await usher(['backfill', path])).json()).toMatchObject({ read: 10, created: 10, duplicate: 0, end: 'whole' });
});

test('a run goes on with the flags it began with, or not at all', async () => {
  const lines = Array.from({ length: 10 }, (_, at) => JSON.stringify({ id: at, body: `Text ${at}` }));
  const path = await fileOf('flags.jsonl', lines.join('\n'));
  await usher(['backfill', path, '--shadow', '--limit', '4']);
  const other = await usher(['backfill', path, '--classify', '--created-at', 'id']);
  expect([other.code, other.error]).toEqual([1, expect.stringContaining('--shadow, --classify, --created-at')]);
  expect((await usher(['backfill', path, '--shadow', '--rate', '1000'])).json()).toMatchObject({
    read: 10,
    end: 'whole',
  });
});

test('what is to be acted on and what is not is not asked for at once', async () => {
  const path = await fileOf('both.jsonl', '{"id":1,"body":"One"}\n');
  const both = await usher(['backfill', path, '--batch', '--shadow']);
  expect([both.code, both.error]).toEqual([1, expect.stringContaining('--batch and --shadow do not go together')]);
});

test('labels become examples of confirmed history, and such tickets need no classification unless it is asked', async () => {
  const rows =
    'id,body,category,subcategory\n1,Charged twice,billing,Charge dispute\n2,Hello,Rechnung,\n3,Hm,Other,\n4,Eh,,\n';
  const path = await fileOf('labels.csv', rows);
  const { json } = await usher(['backfill', path, '--label', 'Rechnung=billing']);
  expect(json()).toMatchObject({ created: 4, labelled: 2, unknown_labels: { Other: 1 } });
  expect(await findTicket(db, { source: 'api', externalId: '1' })).toMatchObject({
    state: 'routed',
    category: 'billing',
    subcategory: 'charge_dispute',
    team: 'finance',
    reason: 'history',
  });
  const examples = await sql`select body, category, provenance from examples order by id`;
  expect([...examples]).toEqual([
    { body: 'Charged twice', category: 'billing', provenance: 'history' },
    { body: 'Hello', category: 'billing', provenance: 'history' },
  ]);
  expect(await dueTickets(db, { lane: 'bulk', limit: 10 })).toHaveLength(2);
  await usher(['backfill', path, '--source', 'other', '--classify', '--label', 'Rechnung=billing']);
  expect(await dueTickets(db, { lane: 'bulk', limit: 10 })).toHaveLength(6);
});

test.each([
  [
    'Zendesk',
    '{"id":7,"subject":"S","description":"D","via":{"channel":"web"},"created_at":"2026-01-02T03:04:05Z"}',
    'web',
  ],
  [
    'Freshdesk',
    'Ticket ID,Subject,Description,Source,Email,Created time\n7,S,D,Portal,a@example.com,2026-01-02 03:04:05',
    'Portal',
  ],
  ['Jira', 'Summary,Issue key,Issue id,Reporter,Created,Description\nS,7,10001,ana,02/Jan/26 3:04 AM,D', null],
])('an export of %s is recognised', async (name, text, channel) => {
  const path = await fileOf(`${name}.export`, text);
  await usher(['backfill', path]);
  const created = new Date(name === 'Jira' ? '2026-01-02T03:04:00Z' : '2026-01-02T03:04:05Z');
  expect(await findTicket(db, { source: 'api', externalId: '7' })).toMatchObject({
    subject: 'S',
    body: 'D',
    channel,
    createdAt: created,
  });
});

test('a dry run stores nothing and tells what would come', async () => {
  const path = await fileOf('dry.csv', 'id,body,category\n1,a,billing\n,b,\n');
  const { json } = await usher(['backfill', path, '--dry-run']);
  expect(json()).toMatchObject({ read: 2, tickets: 1, labelled: 1, refused: 1, rejects: [{ line: 3 }] });
  expect(await sql`select from tickets`).toHaveLength(0);
  expect(await sql`select from backfills`).toHaveLength(0);
});

test('a strict run stops at the first record that cannot be used; older tickets are passed over', async () => {
  const path = await fileOf('strict.csv', 'id,body,created\n1,a,2025-12-31\n2,b,2026-01-01\n,c,\n');
  const { code, error } = await usher(['backfill', path, '--strict']);
  expect([code, error]).toEqual([1, expect.stringContaining(`${path}:4: ticket_id`)]);
  expect((await usher(['backfill', path, '--since', '2026-01-01'])).json()).toMatchObject({ created: 1, skipped: 1 });
});

test('what cannot be meant is refused with words', async () => {
  const path = await fileOf('odd.csv', 'number,words\n1,a\n');
  expect((await usher(['backfill', path])).error).toContain('no text (--subject COLUMN, --body COLUMN)');
  expect((await usher(['backfill', path, '--body', 'wrods'])).error).toContain('There is no column');
  expect((await usher(['backfill', path, '--limit', 'many'])).error).toContain('--limit must be a number');
  expect((await usher(['backfill', join(folder, 'absent.csv')])).error).toContain('cannot be read');
  expect((await usher(['backfill'])).error).toContain('Name a file');
  expect((await usher(['backfill', 'pause', '7'])).error).toContain('There is no backfill 7');
});

test('a paused backfill is not given to the workers, and cancelling deletes what nobody looked at', async () => {
  const path = await fileOf('held.jsonl', '{"id":1,"body":"One"}\n{"id":2,"body":"Two"}\n');
  await usher(['backfill', path, '--shadow']);
  const [job] = await dueTickets(db, { lane: 'bulk', limit: 10 });
  const [row] = await sql<{ id: number }[]>`select id from backfills`;
  const id = String(row?.id);
  await usher(['backfill', 'pause', id]);
  expect(await dueTickets(db, { lane: 'bulk', limit: 10 })).toEqual([]);
  expect((await usher(['backfill', 'status'])).json()).toMatchObject([{ state: 'paused', waiting: 2, read: 2 }]);
  await usher(['backfill', 'resume', id]);
  expect(await dueTickets(db, { lane: 'bulk', limit: 10 })).toHaveLength(2);
  if (job?.name !== 'classify') throw new Error('no job');
  expect(await startWork(db, [job.payload])).toMatchObject([{ isShadow: true }]);
  const cancelled = await usher(['backfill', 'cancel', id]);
  expect([cancelled.error, cancelled.code]).toEqual(['', 0]);
  expect(cancelled.json()).toMatchObject({ deleted: 2 });
  expect(await sql`select from tickets`).toHaveLength(0);
});
