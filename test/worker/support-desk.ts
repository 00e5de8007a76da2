import { findConnector } from '@usher/core/connectors/registry';
import type { Lane } from '@usher/core/ticket';
import { TicketDraft } from '@usher/core/ticket';
import { connectDatabase, type Db } from '@usher/db/connect';
import { findTicket, type StoredTicket, ticketHistory } from '@usher/db/find-ticket';
import { receiveTickets } from '@usher/db/receive-tickets';
import { ensureSource, type Source } from '@usher/db/sources';
import { publishTaxonomy } from '@usher/db/taxonomies';
import { readPrices } from '@usher/engines/claude/prices';

import type { BudgetStore } from '@usher/queue/budget/store';
import { createTurns } from '@usher/queue/budget/turns';
import { createAccounts } from '@usher/worker/accounts';
import { createCurrentRelease } from '@usher/worker/current-release';
import { createDelivering } from '@usher/worker/delivery/delivering';
import type { Deps } from '@usher/worker/deps';
import { createEngineMaker, type EngineMakerOptions } from '@usher/worker/engines';
import type { WorkerEvent } from '@usher/worker/events';
import { createGate } from '@usher/worker/gate';
import type { OutageRule } from '@usher/worker/gate/breaker';
import { createSimilarExamples } from '@usher/worker/similar-examples';
import { createTicketWork } from '@usher/worker/ticket-work';
import postgres, { type Sql } from 'postgres';
import { desk } from '../support/claude-server-desk.ts';
import { roomyLimits } from '../support/claude-server-limits.ts';
import { openMemoryBudget } from '../support/memory-budget.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { testVault } from '../support/vault.ts';

/** Texts of which the desk's stand-in for Claude is sure, and one of which nobody could be. */
export const texts = {
  refund: { subject: 'Refund', body: 'I was charged twice, please refund the second payment.' },
  crash: { subject: 'Crash', body: 'The app crashes with an error, it is a bug.' },
  unclear: { subject: 'Hello', body: 'Is anybody there?' },
} as const;

/** A database with a published taxonomy and a source, and what tests do with tickets in it. */
export interface SupportDesk extends AsyncDisposable {
  databaseUrl: string;
  db: Db;
  sql: Sql;
  source: Source;
  /** Stores a new ticket and answers its number. */
  receive(text: { subject: string; body: string }, lane?: Lane): Promise<number>;
  /** Makes a ticket older than it is. */
  age(ticketId: number, seconds: number): Promise<void>;
  ticket(ticketId: number): Promise<StoredTicket>;
  history(ticketId: number): ReturnType<typeof ticketHistory>;
}

/** Sets up a desk in a migrated database, one of its own unless another is given. */
export async function openDesk(given?: { url: string }): Promise<SupportDesk> {
  const own = given === undefined ? await createTestDatabase() : { ...given, drop: async () => {} };
  const database = connectDatabase(own.url, { name: 'test' });
  const sql = postgres(own.url, { max: 1, onnotice: () => {} });
  const { db } = database;
  await publishTaxonomy(db, desk, { actor: 'test' });
  const source = await ensureSource(db, 'api');
  let count = 0;
  return {
    databaseUrl: own.url,
    db,
    sql,
    source,
    async receive(text, lane = 'live') {
      count += 1;
      const draft = TicketDraft.parse({ ticket_id: `T-${count}`, ...text });
      const [receipt] = await receiveTickets(db, [{ sourceId: source.id, lane, draft }]);
      return receipt?.ticketId ?? 0;
    },
    async age(ticketId, seconds) {
      await sql`update tickets set revised_at = now() - ${`${seconds} seconds`}::interval where id = ${ticketId}`;
    },
    async ticket(ticketId) {
      const ticket = await findTicket(db, { id: ticketId });
      if (ticket === undefined) throw new Error(`there is no ticket ${ticketId}`);
      return ticket;
    },
    history: (ticketId) => ticketHistory(db, ticketId),
    async [Symbol.asyncDispose]() {
      await sql.end();
      await database[Symbol.asyncDispose]();
      await own.drop();
    },
  };
}

/** Engine settings that a test may change; the address is that of a stand-in for Claude. */
export type EngineSettings = Partial<Omit<EngineMakerOptions, 'gate' | 'prices' | 'report'>>;

/** What the workers of a fleet have in common, or are alike in. */
export interface Shared {
  /** One of its own where none is given. */
  budget?: BudgetStore;
  dailyMicroUsd?: number;
  outage?: OutageRule;
}

/** What handlers work with, as one worker has it, and the events that it tells. */
export function workerDeps(
  { db }: SupportDesk,
  settings: EngineSettings,
  shared: Shared = {},
): { deps: Omit<Deps, 'signal' | 'enqueue'>; events: WorkerEvent[] } {
  const events: WorkerEvent[] = [];
  const report = (event: WorkerEvent) => void events.push(event);
  const engine = { engine: 'claude', model: 'claude-haiku-5-5', hardModel: 'claude-sonnet-5-5', ...settings } as const;
  const calling = { outbound: 'any', resolve: async () => ['127.0.0.1'], deadlineMs: 10_000 } as const;
  const { budget = openMemoryBudget(), dailyMicroUsd = null, outage } = shared;
  const turns = createTurns(budget, {
    account: 'test',
    ceilings: roomyLimits,
    onTrouble: report,
  });
  const gate = createGate({ db, report, account: 'test', turns, dailyMicroUsd, ...(outage && { outage }) });
  const makeEngines = createEngineMaker({
    apiKey: 'test-key',
    baseUrl: undefined,
    connections: 40,
    ...engine,
    prices: readPrices(),
    gate,
    report,
  });
  const deps: Omit<Deps, 'signal' | 'enqueue'> = {
    db,
    tickets: createTicketWork(db),
    report,
    current: createCurrentRelease({
      db,
      report,
      settings: { engine: engine.engine, model: engine.model, hardModel: engine.hardModel },
      makeEngines,
    }),
    similarExamples: createSimilarExamples({ db }),
    settings: { engine: engine.engine, model: engine.model, hardModel: engine.hardModel },
    mode: 'auto',
    batching: null,
    isRestart: false,
    auditShare: 0,
    reuseForMs: 0,
    escalation: 'doubt',
    maxAges: { live: 15 * 60_000, bulk: undefined },
    vault: testVault,
    accounts: createAccounts(testVault, { ...calling, find: findConnector }),
    delivering: createDelivering(calling, 'https://usher.example.com'),
  };
  return { deps, events };
}
