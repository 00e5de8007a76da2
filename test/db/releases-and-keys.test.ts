import { createApiKey, findApiKey, listApiKeys, revokeApiKey } from '@usher/db/api-keys';
import { connectDatabase } from '@usher/db/connect';
import { correctTicket } from '@usher/db/correct-ticket';
import { migrate } from '@usher/db/migrate';
import { missingMigrations } from '@usher/db/migration-state';
import { receiveTickets } from '@usher/db/receive-tickets';
import { recordDecision } from '@usher/db/record-decision';
import { reportAccuracy } from '@usher/db/reports/accuracy';
import { ensureSource } from '@usher/db/sources';
import { currentTaxonomy, publishTaxonomy, TaxonomyChanged } from '@usher/db/taxonomies';
import { afterAll, expect, test } from 'vitest';
import { createEmptyDatabase, createTestDatabase } from '../support/postgres.ts';
import { makeRelease, routeToFinance, TAXONOMY } from './decision.ts';
import { draft } from './draft.ts';

const own = await createTestDatabase();
const database = connectDatabase(own.url, { name: 'test' });
const { db } = database;
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await own.drop();
});

test('several processes may migrate an empty database at once', async () => {
  await using empty = await createEmptyDatabase();
  await using fresh = connectDatabase(empty.url, { name: 'test' });
  expect(await missingMigrations(fresh.db)).toBeGreaterThan(0);
  await Promise.all([migrate(empty.url), migrate(empty.url), migrate(empty.url)]);
  expect(await missingMigrations(fresh.db)).toBe(0);
});

test('the same parts make the same release, a changed part another one', async () => {
  const first = await makeRelease(db);
  expect(await makeRelease(db)).toBe(first);
  await publishTaxonomy(db, TAXONOMY, { actor: 'test' });
  expect(await makeRelease(db)).not.toBe(first);
});

test('a taxonomy is published only on the version that its change is based on', async () => {
  const before = (await currentTaxonomy(db))?.version ?? 0;
  const version = await publishTaxonomy(db, TAXONOMY, { actor: 'ana', expectedVersion: before });
  expect(version).toBe(before + 1);
  const stale = publishTaxonomy(db, TAXONOMY, { actor: 'ben', expectedVersion: before });
  await expect(stale).rejects.toBeInstanceOf(TaxonomyChanged);
  expect(await currentTaxonomy(db)).toMatchObject({ version, taxonomy: TAXONOMY, publishedBy: 'ana' });
});

test('publishers at the same moment get different versions', async () => {
  const versions = await Promise.all(Array.from({ length: 5 }, () => publishTaxonomy(db, TAXONOMY, { actor: 'test' })));
  expect(new Set(versions).size).toBe(5);
});

test('an API key is found by itself, kept as a hash, and useless once revoked', async () => {
  const { id, key } = await createApiKey(db, { name: 'shop', scopes: ['intake'], source: 'shop', actor: 'test' });
  expect(await findApiKey(db, key)).toMatchObject({ keyId: id, scopes: ['intake'], source: 'shop' });
  expect(JSON.stringify(await listApiKeys(db))).not.toContain(key);
  expect(await revokeApiKey(db, { keyId: id, actor: 'test' })).toBe(true);
  expect(await revokeApiKey(db, { keyId: id, actor: 'test' })).toBe(false);
  expect(await findApiKey(db, key)).toBeUndefined();
});

test('accuracy is the share of predictions that nobody corrected, by category and in all', async () => {
  const { id: sourceId } = await ensureSource(db, 'api');
  const releaseId = await makeRelease(db);
  const ids = ['a-1', 'a-2', 'a-3', 'a-4'];
  const receipts = await receiveTickets(
    db,
    ids.map((id) => ({ sourceId, lane: 'live', draft: draft(id) })),
  );
  for (const { ticketId } of receipts) {
    const decision =
      ticketId === receipts[3]?.ticketId ? routeToFinance({ category: null, confidence: null }) : routeToFinance();
    await recordDecision(db, { ticketId, revision: 1, releaseId, mode: 'auto', engine: 'local', calls: [], decision });
  }
  const by = { actorKind: 'agent', actor: 'ana', note: null } as const;
  const corrected = { ...routeToFinance({ reason: 'corrected' }), category: 'general' };
  const accepted = { ...routeToFinance({ reason: 'accepted' }), category: 'billing' };
  await correctTicket(db, { ticketId: receipts[0]?.ticketId ?? 0, decision: corrected, by, mode: 'auto' });
  await correctTicket(db, { ticketId: receipts[1]?.ticketId ?? 0, decision: accepted, by, mode: 'auto' });
  const { document: report } = await reportAccuracy(db, { basis: 'assumed' });
  expect(report).toMatchObject({ total: 3, correct: 2, accuracy: 2 / 3 });
  expect(report.by_category).toMatchObject([
    { category: 'billing', total: 3, correct: 2, precision: { value: 2 / 3, n: 3 } },
    { category: 'general', total: 0, recall: { value: 0, n: 1 } },
  ]);
  expect(report.interval?.low).toBeCloseTo(0.2077, 3);
  expect(report.interval?.high).toBeCloseTo(0.9385, 3);
});
