import type { Engine, EngineCall } from '@usher/core/engine';
import type { Release } from '@usher/core/release';
import { TicketDraft } from '@usher/core/ticket';
import { openVault } from '@usher/db/vault';
import { connectDatabase, type Db } from '@usher/db/connect';
import { receiveTickets } from '@usher/db/receive-tickets';
import { ensureRelease } from '@usher/db/releases';
import { ensureSource } from '@usher/db/sources';
import { publishTaxonomy } from '@usher/db/taxonomies';
import { findConnector } from '@usher/core/connectors/registry';
import { createAccounts } from '@usher/worker/accounts';
import { connectQueue } from '@usher/queue/connect';
import { enqueue } from '@usher/queue/enqueue';
import { createTicketWork } from '@usher/worker/ticket-work';
import { createDelivering } from '@usher/worker/delivery/delivering';
import type { WorkerEvent } from '@usher/worker/events';
import { startWorker } from '@usher/worker/worker';
import { processorTime, spentBetween } from '../processor-time.ts';
import type { Services } from '../services.ts';
import type { Drained, Size } from './peers.ts';
import { taxonomy } from './taxonomy.ts';

/** How fast a whole worker decides tickets and writes them down, when its engine answers at once. */
export async function drainByUsher({ databaseUrl, redisUrl }: Services, { jobs, concurrency }: Size): Promise<Drained> {
  await using database = connectDatabase(databaseUrl, { name: 'bench' });
  await using producer = connectQueue(redisUrl, { role: 'producer' });
  await using consumer = connectQueue(redisUrl, { role: 'consumer' });
  const { db } = database;
  const release = await makeRelease(db);
  const hints = await storeTickets(db, jobs);
  await enqueue(producer, hints);

  let decided = 0;
  const drained = Promise.withResolvers<void>();
  const report = (event: WorkerEvent) => {
    if (event.kind !== 'ticket_decided') return;
    decided += 1;
    if (decided === jobs) drained.resolve();
  };
  const vault = openVault(undefined);
  const calling = { outbound: 'any', resolve: async () => [], deadlineMs: 1_000 } as const;
  const before = await processorTime();
  const startedMs = performance.now();
  const worker = startWorker({
    consumer,
    producer,
    concurrency,
    window: 10_000,
    deps: {
      db,
      tickets: createTicketWork(db),
      report,
      current: async () => ({
        release,
        engine: instant,
        standIn: null,
        isLearnt: true,
        local: instant,
        around: () => instant,
        model: null,
      }),
      similarExamples: async () => [],
      mode: 'auto',
      settings: release,
      batching: null,
      auditShare: 0,
      reuseForMs: 0,
      escalation: 'failure',
      maxAges: { live: 3_600_000, bulk: undefined },
      vault,
      accounts: createAccounts(vault, { ...calling, find: findConnector }),
      delivering: createDelivering(calling, undefined),
    },
  });
  await drained.promise;
  const tookMs = performance.now() - startedMs;
  const spent = spentBetween(before, await processorTime());
  await worker.close();
  return { rate: (jobs / tookMs) * 1_000, spent };
}

const call: EngineCall = {
  engine: 'local',
  model: 'instant',
  outcome: 'suggested',
  suggestion: {
    category: 'billing',
    subcategory: null,
    confidence: 0.9,
    calibrated: true,
    alternatives: [],
    rationale: 'At once.',
  },
  usage: null,
  costMicroUsd: 0,
  durationMs: 0,
  requestId: null,
};

const instant: Engine = {
  name: 'local',
  async suggest() {
    const { suggestion } = call;
    return suggestion === null
      ? { kind: 'nothing', reason: 'unusable', calls: [call] }
      : { kind: 'suggested', suggestion, standIn: null, calls: [call] };
  },
};

async function makeRelease(db: Db): Promise<Release> {
  const taxonomyVersion = await publishTaxonomy(db, taxonomy, { actor: 'bench' });
  const draft = {
    taxonomyVersion,
    promptVersion: 'bench',
    engine: 'local',
    model: 'claude-haiku-5-5',
    hardModel: 'claude-sonnet-5-5',
    localModel: null,
    calibrator: null,
    thresholds: { all: 0.7, byCategory: {} },
  } as const;
  return { ...draft, taxonomy, id: await ensureRelease(db, draft) };
}

async function storeTickets(db: Db, count: number) {
  const { id: sourceId } = await ensureSource(db, 'api');
  const hints = [];
  for (let start = 0; start < count; start += 1_000) {
    const arrivals = Array.from({ length: Math.min(1_000, count - start) }, (_, at) => ({
      sourceId,
      lane: 'live' as const,
      draft: TicketDraft.parse({
        ticket_id: `B-${start + at}`,
        subject: 'Charged twice',
        body: `I see two charges for order ${start + at}. Please refund one of them, I have waited for a week now.`,
      }),
    }));
    for (const { ticketId, revision, lane } of await receiveTickets(db, arrivals)) {
      hints.push({ name: 'classify' as const, payload: { ticketId, revision, lane } });
    }
  }
  return hints;
}
