import type { PriceBook } from '@usher/core/price';
import { findConnector } from '@usher/core/connectors/registry';
import type { Outbound } from '@usher/core/outbound-url';
import type { Mode } from '@usher/core/release';
import { openVault, type Vault } from '@usher/db/vault';
import { readPrices } from '@usher/engines/claude/prices';
import type { SessionTimes } from '@usher/db/sessions';
import type { BudgetStore } from '@usher/queue/budget/store';
import type { QueueConnection } from '@usher/queue/connect';
import type { Logger } from 'pino';
import { type Authenticate, createAuthenticate } from './authenticate.ts';
import { type AdmissionLimits, createAdmission } from './admission.ts';
import type { RequestDatabase } from './database.ts';
import type { Admissions } from './door.ts';
import { createEvents, type Events } from './events.ts';
import { createHints, type Enqueue, type Hints } from './hints.ts';
import { createIncomingSources, type FindConnector, type IncomingSources } from './incoming-sources.ts';
import { createIntake, type Intake } from './intake.ts';
import { createLoads, type Loads } from './loads.ts';
import type { ClaudeSettings } from './now/look.ts';
import { createMetrics, measureBacklog, type Metrics } from './metrics.ts';
import { createSimilarTickets, type SimilarTickets } from './similar-tickets.ts';
import { createWaiting, type Waiting } from './wait-for-decision.ts';

/** What the API is started with. */
export interface Resources {
  database: RequestDatabase;
  enqueue: Enqueue;
  /** The queue's server, for looking at it. */
  queue: QueueConnection;
  logger: Logger;
  /** The budget toward Claude that all workers share, for looking at it. */
  budget: BudgetStore;
  /** What the settings say of Claude; nothing by default. */
  claude?: ClaudeSettings;
  /** The bootstrap admin key, if there is one. */
  adminKey: string | undefined;
  /** What holds for tickets that are corrected before anything was decided; auto by default. */
  mode?: Mode;
  /** What models cost; the shipped list by default. */
  prices?: PriceBook;
  /** How long people stay signed in; two and twelve hours by default. */
  sessionTimes?: SessionTimes;
  /** Where endpoints may be; public addresses by default. */
  outbound?: Outbound;
  /** Opens and seals secrets; without one, no webhook of a helpdesk is taken and no endpoint made. */
  vault?: Vault;
  /** The address at which helpdesks reach this API; that of the request unless said. */
  publicUrl?: string | undefined;
  /** Knows the connectors by name; the registry unless said. */
  find?: FindConnector;
  /** How much each kind of intake may have in hand. */
  admission?: AdmissionLimits;
  /** Aborted when the process begins to stop. */
  stopping: AbortSignal;
  /** A clock in milliseconds that never goes back. */
  now?: () => number;
}

/** What routes work with. */
export interface Deps {
  database: RequestDatabase;
  queue: QueueConnection;
  budget: BudgetStore;
  claude: ClaudeSettings;
  admissions: Admissions;
  authenticate: Authenticate;
  intake: Intake;
  loads: Loads;
  sources: IncomingSources;
  publicUrl: string | undefined;
  waiting: Waiting;
  similarTickets: SimilarTickets;
  hints: Hints;
  events: Events;
  metrics: Metrics;
  mode: Mode;
  prices: PriceBook;
  sessionTimes: SessionTimes;
  vault: Vault;
  outbound: Outbound;
  stopping: AbortSignal;
  now: () => number;
}

const NO_CLAUDE: ClaudeSettings = { account: null, models: [], ceilings: {}, dailyMicroUsd: null };
const SESSION_TIMES = { idleMs: 2 * 3_600_000, mostMs: 12 * 3_600_000 };

/** Builds what the routes work with from the opened resources. */
export function assemble(resources: Resources): Deps {
  const { prices = readPrices(), vault = openVault(undefined), outbound = 'public' } = resources;
  const { find = findConnector, publicUrl } = resources;
  const { claude = NO_CLAUDE } = resources;
  const { database, enqueue, queue, budget, logger, adminKey, stopping } = resources;
  const { mode = 'auto', sessionTimes = SESSION_TIMES, now = () => performance.now() } = resources;
  const metrics = createMetrics();
  measureBacklog(metrics.registry, database, now);
  const events = createEvents(logger, metrics, now);
  const hints = createHints(enqueue, events);
  return {
    database,
    queue,
    budget,
    claude,
    authenticate: createAuthenticate(database, { adminKey, now, sessionIdleMs: sessionTimes.idleMs }),
    admissions: {
      tickets: createAdmission(resources.admission),
      webhooks: createAdmission(resources.admission),
    },
    intake: createIntake(database, hints, events),
    loads: createLoads(database, hints, events),
    sources: createIncomingSources(database, { vault, find, now }),
    publicUrl,
    waiting: createWaiting(database, { stopping, events }),
    similarTickets: createSimilarTickets(database),
    hints,
    events,
    metrics,
    mode,
    prices,
    sessionTimes,
    vault,
    outbound,
    stopping,
    now,
  };
}
