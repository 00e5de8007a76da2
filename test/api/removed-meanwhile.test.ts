import { findTicket } from '@usher/db/find-ticket';
import { recordDecision } from '@usher/db/record-decision';
import { beginSamples, receiveSample, removeSamples } from '@usher/db/samples';
import postgres from 'postgres';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { answer, makeRelease, routeToFinance } from '../db/decision.ts';
import { draft } from '../db/draft.ts';
import { type Answer, type ApiUnderTest, openApi } from './api-under-test.ts';

let api: ApiUnderTest;
let sql: postgres.Sql;
let id: number;
beforeEach(async () => {
  api = await openApi();
  sql = postgres(api.databaseUrl, { max: 1 });
  await beginSamples(api.db, 'test');
  const releaseId = await makeRelease(api.db);
  await receiveSample(api.db, draft('S-1'));
  id = (await findTicket(api.db, { source: 'sample', externalId: 'S-1' }))?.id ?? 0;
  const decision = routeToFinance({ action: 'triage', reason: 'low_confidence', team: 'triage' });
  const how = { revision: 1, releaseId, mode: 'auto', engine: 'local' } as const;
  await recordDecision(api.db, { ticketId: id, ...how, calls: [answer()], decision });
});
afterEach(async () => {
  await sql.end();
  await api[Symbol.asyncDispose]();
});

const isSomebodyWaiting = async () => (await sql`select from pg_locks where not granted`).length > 0;

/** Asks while the samples are being removed: what is asked about was there, and is gone once the answer is written down. */
async function whileRemoved(ask: () => Promise<Answer>): Promise<Answer> {
  const asked: Promise<Answer>[] = [];
  await api.db.transaction(async (tx) => {
    await removeSamples(tx, 'test');
    asked.push(ask());
    await vi.waitUntil(isSomebodyWaiting, { timeout: 10_000, interval: 10 });
  });
  const [answered] = await Promise.all(asked);
  if (answered === undefined) throw new Error('nothing was asked');
  return answered;
}

test('who corrects a ticket at the moment at which it is removed hears that it is gone', async () => {
  const body = { category: 'general' };
  const answered = await whileRemoved(() => api.send(`/v1/tickets/${id}/corrections`, { body }));
  expect(answered).toMatchObject({ status: 404, body: { code: 'ticket_removed' } });
  expect(await sql`select from corrections`).toHaveLength(0);
});

test('who accepts suggestions at that moment hears which ticket is gone', async () => {
  const accept = [{ id: String(id), category: 'billing' }];
  const answered = await whileRemoved(() => api.send('/v1/review/bulk', { body: { accept } }));
  expect(answered).toMatchObject({
    status: 200,
    body: { accepted: 0, outcomes: [{ status: 'refused', code: 'ticket_removed' }] },
  });
});
