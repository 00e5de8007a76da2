import { connectDatabase } from '@usher/db/connect';
import { correctTicket } from '@usher/db/correct-ticket';
import { newestExample } from '@usher/db/examples';
import { saveLocalModel } from '@usher/db/local-models';
import { receiveTickets } from '@usher/db/receive-tickets';
import { reportAccuracy } from '@usher/db/reports/accuracy';
import { reportLearning } from '@usher/db/reports/learning';
import { reportOverlap, reportSuspicious } from '@usher/db/reports/model-in-force';
import { ensureSource } from '@usher/db/sources';
import { afterAll, expect, test } from 'vitest';
import { createTestDatabase } from '../support/postgres.ts';
import { makeRelease, routeToFinance } from './decision.ts';
import { draft } from './draft.ts';

const own = await createTestDatabase();
const database = connectDatabase(own.url, { name: 'test' });
const { db } = database;
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await own.drop();
});

/** Labels a ticket and answers the number of the example that it became. */
async function label(name: string, category: string): Promise<number> {
  const { id: sourceId } = await ensureSource(db, 'api');
  const [receipt] = await receiveTickets(db, [{ sourceId, lane: 'live', draft: draft(name) }]);
  const decision = { ...routeToFinance({ reason: 'corrected', confidence: null }), category };
  const by = { actorKind: 'agent', actor: 'ana', note: null } as const;
  await correctTicket(db, { ticketId: receipt?.ticketId ?? 0, decision, by, mode: 'auto' });
  return newestExample(db);
}

test('before anything was learnt there is nothing suspicious, and no baseline', async () => {
  expect((await reportSuspicious(db, { limit: 5 })).document).toMatchObject({ labels: [], contradicted: { n: 0 } });
  expect((await reportOverlap(db, { limit: 5 })).document).toMatchObject({ n: 0, pairs: [] });
  expect((await reportLearning(db, {})).document).toMatchObject({ days: [], versions: [] });
});

test('labels that the model contradicts are told, the surest first, as long as they stand', async () => {
  await makeRelease(db);
  const [sure, doubtful, replaced, right] = [
    await label('S-1', 'general'),
    await label('S-2', 'general'),
    await label('S-3', 'general'),
    await label('S-4', 'billing'),
  ];
  const id = await saveLocalModel(db, {
    taxonomyVersion: 1,
    learntFrom: right,
    examples: 4,
    figures: {
      n: 4,
      accuracy: 0.25,
      isFromOutcomes: true,
      baselines: { n: 4, model: 1, withoutLabels: 2, nearestNeighbour: 3 },
    },
    heldOut: [
      [doubtful, 'general', 'billing', 0.6],
      [replaced, 'general', 'billing', 0.9],
      [sure, 'general', 'billing', 0.8],
      [right, 'billing', 'billing', 0.9],
    ],
    content: new Uint8Array(),
  });
  await label('S-3', 'billing');

  const { labels, contradicted } = (await reportSuspicious(db, { limit: 5 })).document;
  expect(contradicted).toMatchObject({ value: 0.75, n: 4 });
  expect(labels).toMatchObject([
    { example: sure, ticket: 'api:S-1', label: 'general', labelled_by: 'ana', suggested: 'billing', confidence: 0.8 },
    { example: doubtful, ticket: 'api:S-2' },
  ]);
  expect((await reportOverlap(db, { limit: 5 })).document).toMatchObject({
    n: 4,
    pairs: [{ categories: ['billing', 'general'], confused: { value: 0.75 }, second_as_first: 3 }],
  });
  expect((await reportLearning(db, {})).document.versions).toMatchObject([
    { id, in_force: true, labels: 4, with_labels: { value: 0.25 }, without_labels: { value: 0.5 } },
  ]);
  const { baselines } = (await reportAccuracy(db, { basis: 'assumed' })).document;
  expect(baselines.nearest_neighbour).toMatchObject({ value: 0.75, n: 4 });
});
