import type { ChunkState } from '@usher/core/batches/chunk';
import type { Action, DecisionReason } from '@usher/core/decide';
import type { Lane } from '@usher/core/ticket';
import type { BreakerReason } from '@usher/db/breakers';
import type { Removed } from '@usher/db/retention';
import type { Tally } from '@usher/db/batches/settle-members';
import { Counter, type Registry } from 'prom-client';
import { describeError } from '@usher/core/describe-error';

interface TicketAt {
  ticketId: number;
  revision: number;
  lane: Lane;
  /** Milliseconds since this revision arrived. */
  ageMs: number;
}

/** What happens in a worker that an operator may want to count or read. None holds ticket text, addresses or secrets. */
export type WorkerEvent =
  | ({ kind: 'ticket_decided'; action: Action; reason: DecisionReason; costMicroUsd: number } & TicketAt)
  | ({ kind: 'ticket_decided_before' } & TicketAt)
  | ({ kind: 'ticket_postponed'; code: string; waitMs: number } & TicketAt)
  | { kind: 'delivery_made'; deliveryId: number; status: number | null }
  | { kind: 'delivery_postponed'; deliveryId: number; error: string; dueAt: Date }
  | { kind: 'delivery_waits'; deliveryId: number; error: string; dueAt: Date }
  | { kind: 'delivery_superseded'; deliveryId: number }
  | { kind: 'delivery_given_up'; deliveryId: number; error: string }
  | { kind: 'receiver_left_alone'; receiver: string; forMs: number; detail: string }
  | { kind: 'endpoint_gone'; endpointId: number }
  | { kind: 'fetch_made'; source: string; fetchId: number; what: 'text' | 'close' }
  | { kind: 'fetch_postponed'; source: string; fetchId: number; error: string; dueAt: Date }
  | { kind: 'fetch_ended'; source: string; fetchId: number; error: string }
  | { kind: 'page_pulled'; source: string; tickets: number; hasMore: boolean }
  | { kind: 'pull_postponed'; source: string; error: string; dueAt: Date }
  | { kind: 'hint_lost'; code: string }
  | { kind: 'claude_paused'; forMs: number; detail: string }
  | { kind: 'claude_slowed'; detail: string }
  | { kind: 'breaker_opened'; reason: BreakerReason; forMs: number; times: number; detail: string }
  | { kind: 'breaker_closed' }
  | {
      kind: 'money_alert';
      /** Of the limit. */
      percent: number;
      whose: string;
      /** In UTC. */
      day: string;
      spentMicroUsd: number;
      limitMicroUsd: number;
    }
  | { kind: 'release_taken'; release: number; taxonomyVersion: number; localModel: number | null }
  | { kind: 'model_learnt'; localModel: number; taxonomyVersion: number; examples: number; durationMs: number }
  | { kind: 'model_refused'; localModel: number; taxonomyVersion: number; reason: string }
  | { kind: 'labellers_flagged'; labellers: number }
  | { kind: 'promise_offered'; category: string; risk: number; known: number; threshold: number | null }
  | { kind: 'promise_withdrawn'; category: string; risk: number; known: number }
  | { kind: 'claude_calibrated'; calibrator: number; answers: number }
  | { kind: 'model_unreadable'; error: unknown }
  | {
      kind: 'model_notice';
      notice: 'unknown' | 'retiring';
      setting: string;
      model: string;
      retiresAt?: string | null;
      /** Models of the same line that stay. */
      instead?: string[];
    }
  | { kind: 'secrets_closed'; owners: string[]; error: unknown; todo: string }
  | { kind: 'prices_doubtful'; date: string; isOld: boolean; unlisted: string[] }
  | { kind: 'models_unchecked'; error: unknown }
  | { kind: 'chunk_written'; chunkId: number }
  | { kind: 'chunk_sent'; chunkId: number; batchId: string; requests: number; bytes: number }
  | { kind: 'chunk_not_created'; chunkId: number; error: unknown; isSure: boolean; waitMs: number }
  | { kind: 'chunk_found'; chunkId: number; batchId: string }
  | { kind: 'chunk_absent'; chunkId: number }
  | ({ kind: 'chunk_ended'; chunkId: number; costMicroUsd: number } & Record<Tally, number>)
  | { kind: 'chunk_postponed'; chunkId: number; state: ChunkState; error: unknown; waitMs: number }
  | { kind: 'chunk_stopped'; chunkId: number; reason: string }
  | { kind: 'waiting_for'; what: 'database' | 'migrations' | 'taxonomy' }
  | { kind: 'job_done'; name: string; durationMs: number }
  | { kind: 'job_postponed'; name: string; error: unknown }
  | { kind: 'job_broke'; name: string; error: unknown }
  | { kind: 'job_failed'; name: string; error: unknown }
  | { kind: 'job_given_back'; name: string }
  | { kind: 'job_stalled'; jobId: string }
  | { kind: 'queue_trouble'; error: unknown }
  | { kind: 'queue_may_evict'; policy: string }
  | { kind: 'swept'; jobs: number }
  | { kind: 'sweep_failed'; error: unknown }
  | { kind: 'counted'; left: number }
  | { kind: 'counting_failed'; error: unknown }
  | ({ kind: 'old_tickets_going' } & Removed)
  | ({ kind: 'old_tickets_gone'; before: Date } & Removed)
  | { kind: 'retention_failed'; error: unknown };

type Kind = WorkerEvent['kind'];
type Level = 'debug' | 'info' | 'warn' | 'error';

/** Where log lines go; pino's logger is one. */
export type Log = Record<Level, (fields: object, message: string) => void>;

/** Where a business event is told; the only way in which the worker counts and logs. */
export type Report = (event: WorkerEvent) => void;

interface Meaning {
  says: string;
  level: Level;
  /** Fields by which the counter tells events apart. */
  labels?: readonly string[];
}

const meanings: Record<Kind, Meaning> = {
  ticket_decided: { says: 'A ticket was decided', level: 'info', labels: ['lane', 'action', 'reason'] },
  ticket_decided_before: { says: 'A ticket had been decided before; nothing changed', level: 'info', labels: ['lane'] },
  ticket_postponed: { says: 'A ticket waits; no attempt was spent', level: 'info', labels: ['lane', 'code'] },
  delivery_made: { says: 'A delivery was made', level: 'info' },
  delivery_postponed: { says: 'A delivery failed and is tried again', level: 'warn' },
  delivery_waits: { says: 'A delivery waits for its receiver; no attempt was spent', level: 'debug' },
  delivery_superseded: { says: 'A delivery is not needed any more', level: 'info' },
  delivery_given_up: { says: 'A delivery was given up', level: 'error' },
  receiver_left_alone: { says: 'Deliveries to this receiver wait', level: 'warn' },
  endpoint_gone: { says: 'An endpoint said that it is gone, and is disabled', level: 'error' },
  fetch_made: { says: 'What an event did not say was fetched', level: 'info', labels: ['source', 'what'] },
  fetch_postponed: {
    says: 'A helpdesk did not say what an event left out; it is asked again',
    level: 'warn',
    labels: ['source'],
  },
  fetch_ended: { says: 'There is nothing to fetch any more', level: 'info', labels: ['source'] },
  page_pulled: { says: 'A page of changed tickets was read', level: 'info', labels: ['source'] },
  pull_postponed: {
    says: 'A source could not be asked for changed tickets; it is asked again',
    level: 'warn',
    labels: ['source'],
  },
  hint_lost: { says: 'The queue missed a hint; the sweep makes up for it', level: 'warn', labels: ['code'] },
  claude_paused: { says: 'Claude asked everybody to pause', level: 'warn' },
  claude_slowed: { says: 'Claude is in trouble; everybody calls less for a minute', level: 'warn' },
  breaker_opened: { says: 'Nobody calls Claude now; one call will probe later', level: 'error', labels: ['reason'] },
  breaker_closed: { says: 'A probe was answered; Claude is called again', level: 'warn' },
  money_alert: { says: 'A part of the money for today is spent', level: 'warn', labels: ['percent', 'whose'] },
  release_taken: { says: 'Decisions are made under this release from now on', level: 'info' },
  model_learnt: { says: 'The local model was learnt again', level: 'info' },
  model_refused: { says: 'A new local model is worse than the one in force and was not put in force', level: 'warn' },
  labellers_flagged: {
    says: 'Labellers contradict everybody else; they are not followed until an admin clears them',
    level: 'warn',
  },
  promise_offered: { says: 'Outcomes support a promise; it is kept from now on', level: 'info', labels: ['category'] },
  promise_withdrawn: {
    says: 'More turned out wrong than was promised; nothing is automated there until outcomes support it again',
    level: 'error',
    labels: ['category'],
  },
  claude_calibrated: { says: "Claude's confidence is read from outcomes anew", level: 'info' },
  model_unreadable: { says: 'The local model in force cannot be read and does not count', level: 'error' },
  model_notice: { says: 'A model of the settings is not one to rely on', level: 'warn', labels: ['notice', 'model'] },
  secrets_closed: { says: 'Stored secrets cannot be opened; nothing reaches whose they are', level: 'error' },
  prices_doubtful: { says: 'The price list is old or lacks a model of the settings', level: 'warn' },
  models_unchecked: { says: 'Whether the models are in good order could not be found out', level: 'warn' },
  chunk_written: { says: 'The tickets of a batch were written down', level: 'info' },
  chunk_sent: { says: 'A batch was sent', level: 'info' },
  chunk_not_created: { says: 'A batch was refused, or whether it was created is to be found out', level: 'warn' },
  chunk_found: { says: 'A batch was found whose creation was not answered', level: 'info' },
  chunk_absent: { says: 'A batch was not created and is sent again', level: 'warn' },
  chunk_ended: { says: 'A batch was read to its end', level: 'info' },
  chunk_postponed: { says: 'A batch waits', level: 'warn', labels: ['state'] },
  chunk_stopped: { says: 'A batch is stopped until somebody resumes or cancels it', level: 'error' },
  waiting_for: { says: 'The worker cannot start yet', level: 'warn', labels: ['what'] },
  job_done: { says: 'A job is done', level: 'debug', labels: ['name'] },
  job_postponed: { says: 'A job runs again later', level: 'debug', labels: ['name'] },
  job_broke: { says: 'A job met an error that nobody expected; it runs again', level: 'error', labels: ['name'] },
  job_failed: { says: 'A job failed for good', level: 'error', labels: ['name'] },
  job_given_back: { says: 'A job went back to its queue', level: 'info', labels: ['name'] },
  job_stalled: { says: 'A job was lost by its worker and runs again', level: 'warn' },
  queue_trouble: { says: 'The queue is in trouble', level: 'warn' },
  queue_may_evict: { says: 'Redis may throw jobs away: set maxmemory-policy to noeviction', level: 'warn' },
  swept: { says: 'Work that was due was enqueued', level: 'debug' },
  sweep_failed: { says: 'Looking for due work failed; it is tried again', level: 'warn' },
  counted: { says: 'What happened was added up for the reports', level: 'debug' },
  old_tickets_going: { says: 'Tickets older than the retention are being removed', level: 'info' },
  old_tickets_gone: { says: 'Tickets older than the retention were removed', level: 'info' },
  retention_failed: { says: 'Removing old tickets failed; it is tried again', level: 'warn' },
  counting_failed: { says: 'Adding up for the reports failed; it is tried again', level: 'warn' },
};

/** Makes the worker's one mouth: each event is a line in the log and one more on a counter of its name. */
export function createReport({ log, registry }: { log: Log; registry: Registry }): Report {
  const counters = new Map<string, Counter>();
  for (const [kind, { says, labels = [] }] of Object.entries(meanings)) {
    const name = `usher_worker_${kind}_total`;
    counters.set(kind, new Counter({ name, help: `${says}.`, labelNames: labels, registers: [registry] }));
  }
  return (event) => {
    const { says, level, labels = [] } = meanings[event.kind];
    const fields = Object.entries(event).map(([name, value]) => [
      name === 'kind' ? 'event' : name,
      name === 'error' && typeof value !== 'string' ? describeError(value) : value,
    ]);
    const counted = fields.filter(([name]) => labels.includes(String(name)));
    counters.get(event.kind)?.inc(Object.fromEntries(counted), 1);
    log[level](Object.fromEntries(fields), says);
  };
}
