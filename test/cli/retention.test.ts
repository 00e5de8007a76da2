import { runProgram } from '@usher/cli/program';
import { Screen } from '@usher/cli/screen';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decidedTickets, makeOlder } from '../db/old-tickets.ts';
import { openDesk, type SupportDesk } from '../worker/support-desk.ts';

let desk: SupportDesk;
beforeAll(async () => {
  desk = await openDesk();
  const numbers = await decidedTickets(desk.db, desk.source.id, ['a', 'b', 'c']);
  await makeOlder(desk.sql, numbers.slice(0, 2), 400);
});
afterAll(() => desk[Symbol.asyncDispose]());

async function usher(args: string[], settings: Record<string, string> = {}) {
  let out = '';
  let error = '';
  const sinks = {
    out: { write: (text: string) => (out += text) },
    error: { write: (text: string) => (error += text) },
  };
  const screen = new Screen({ ...sinks, isJson: args.includes('--json') });
  const environment = { DATABASE_URL: desk.databaseUrl, QUEUE_URL: 'redis://127.0.0.1:1', ...settings };
  const code = await runProgram(args, { environment, screen });
  return { code, out, error };
}

test('without a number of days it says what to do, and removes nothing', async () => {
  const { code, error } = await usher(['retention']);
  expect([code, error]).toEqual([1, expect.stringContaining('Set USHER_RETENTION_DAYS, or say --days 365')]);
  expect((await usher(['retention', '--days', 'many'])).code).toBe(2);
});

test('a dry run counts and removes nothing; a real one removes; then the reports are not counted anew', async () => {
  const setting = { USHER_RETENTION_DAYS: '365' };
  const dry = await usher(['retention', '--dry-run', '--json'], setting);
  expect(JSON.parse(dry.out)).toMatchObject({ days: 365, tickets: 2, oldest: expect.stringMatching(/^\d{4}-/) });
  expect((await usher(['report', '--rebuild'])).code).toBe(0);
  const real = await usher(['retention'], setting);
  expect([real.code, real.out]).toEqual([0, expect.stringMatching(/^Tickets removed .*: 2\.\n$/)]);
  expect(real.error).toContain('Removed 2 of 2');
  expect(await desk.sql`select external_id from tickets`).toEqual([{ external_id: 'c' }]);
  const rebuild = await usher(['report', '--rebuild']);
  expect([rebuild.code, rebuild.error]).toEqual([1, expect.stringContaining('would forget them')]);
});
