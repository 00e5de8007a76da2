import type { CategorisedDecision } from '@usher/core/decide';
import { connectDatabase } from '@usher/db/connect';
import { correctTicket } from '@usher/db/correct-ticket';
import { ticketHistory } from '@usher/db/find-ticket';
import { receiveTickets } from '@usher/db/receive-tickets';
import { recordClose } from '@usher/db/record-close';
import { type EngineOutcome, recordDecision } from '@usher/db/record-decision';
import { ensureSource } from '@usher/db/sources';
import postgres from 'postgres';
import { afterAll, expect, test } from 'vitest';
import { createTestDatabase } from '../support/postgres.ts';
import { makeRelease, routeToFinance } from './decision.ts';
import { draft } from './draft.ts';

const own = await createTestDatabase();
const database = connectDatabase(own.url, { name: 'test' });
const sql = postgres(own.url, { max: 1, onnotice: () => {} });
const { db } = database;
const releaseId = await makeRelease(db);
const { id: sourceId } = await ensureSource(db, 'outcomes');
await sql`update sources set connector = 'zendesk' where id = ${sourceId}`;
afterAll(async () => {
  await sql.end();
  await database[Symbol.asyncDispose]();
  await own.drop();
});

let count = 0;
async function decided(changed: Partial<EngineOutcome> = {}): Promise<number> {
  count += 1;
  const [receipt] = await receiveTickets(db, [{ sourceId, lane: 'live', draft: draft(`O-${count}`) }]);
  const ticketId = receipt?.ticketId ?? 0;
  const by = { ticketId, revision: 1, releaseId, mode: 'auto', engine: 'local', calls: [] } as const;
  await recordDecision(db, { ...by, decision: routeToFinance(), ...changed });
  return ticketId;
}

function label(category: string): CategorisedDecision {
  return { ...routeToFinance({ reason: 'corrected', confidence: null, subcategory: null }), category };
}

const close = async (ticketId: number, category: string) => {
  const { as } = await recordClose(db, { ticketId, decision: label(category), actor: 'zendesk', mode: 'auto' });
  return as;
};
const outcomesOf = (ticketId: number) =>
  sql`select via, category, decision_id is not null as judges from outcomes where ticket_id = ${ticketId} order by id`;
const examplesOf = (ticketId: number) =>
  sql`select category, provenance, weight from examples where ticket_id = ${ticketId} and retired_at is null`;

test('a correction and a confirmation are outcomes of the decision that they judge', async () => {
  const [wrong, right] = [await decided(), await decided()];
  const by = { actorKind: 'agent', actor: 'ana', note: null } as const;
  await correctTicket(db, { ticketId: wrong, decision: label('general'), by, mode: 'auto' });
  await correctTicket(db, { ticketId: right, decision: label('billing'), by, mode: 'auto' });
  expect(await outcomesOf(wrong)).toEqual([{ via: 'correction', category: 'general', judges: true }]);
  expect(await outcomesOf(right)).toEqual([{ via: 'accepted', category: 'billing', judges: true }]);
});

test('another value at close corrects the ticket, teaches as much as a person and is not told to the helpdesk again', async () => {
  const ticketId = await decided();
  expect(await close(ticketId, 'general')).toBe('corrected');
  expect(await close(ticketId, 'general')).toBe('known');
  const { decisions, corrections, deliveries } = await ticketHistory(db, ticketId);
  expect(decisions.map(({ actorKind, category }) => [actorKind, category])).toEqual([
    ['engine', 'billing'],
    ['helpdesk', 'general'],
  ]);
  expect(corrections).toHaveLength(1);
  expect(deliveries).toHaveLength(1);
  expect(await outcomesOf(ticketId)).toEqual([{ via: 'closed', category: 'general', judges: true }]);
  expect(await examplesOf(ticketId)).toEqual([{ category: 'general', provenance: 'closed', weight: 1 }]);
});

test('the same value at close is an outcome, and teaches less where nobody need have looked', async () => {
  const automated = await decided();
  const suggested = await decided({ decision: routeToFinance({ action: 'suggest' }) });
  expect(await close(automated, 'billing')).toBe('same');
  expect(await close(suggested, 'billing')).toBe('same');
  expect(await outcomesOf(automated)).toEqual([{ via: 'closed', category: 'billing', judges: true }]);
  expect(await examplesOf(automated)).toMatchObject([{ provenance: 'closed', weight: expect.closeTo(0.3, 5) }]);
  expect(await examplesOf(suggested)).toMatchObject([{ provenance: 'closed', weight: 1 }]);
});

test("a close never replaces a person's example by the same label", async () => {
  const ticketId = await decided();
  const by = { actorKind: 'agent', actor: 'ana', note: null } as const;
  await correctTicket(db, { ticketId, decision: label('general'), by, mode: 'auto' });
  expect(await close(ticketId, 'general')).toBe('same');
  expect(await examplesOf(ticketId)).toEqual([{ category: 'general', provenance: 'correction', weight: 1 }]);
});

test('of the automated decisions, and of no others, about the given share is drawn for blind review', async () => {
  const drawn = async (changed: Partial<EngineOutcome>) => {
    const tickets = await Promise.all(Array.from({ length: 60 }, () => decided(changed)));
    const [row] = await sql`select count(*)::int as n from blind_audits where ticket_id in ${sql(tickets)}`;
    return row?.['n'];
  };
  expect(await drawn({ auditShare: 0 })).toBe(0);
  expect(await drawn({ auditShare: 1 })).toBe(60);
  expect(await drawn({ auditShare: 1, decision: routeToFinance({ action: 'suggest' }) })).toBe(0);
  // Each ticket is drawn or not by a hash of its own: outside of these bounds once in a million runs.
  const half = await drawn({ auditShare: 0.5 });
  expect(half).toBeGreaterThan(10);
  expect(half).toBeLessThan(50);
});
