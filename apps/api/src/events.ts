import type { Receipt } from '@usher/db/arrival';
import type { ClosedSecrets } from '@usher/db/closed-secrets';
import type { IgnoreReason } from '@usher/core/connectors/reading';
import type { Logger } from 'pino';
import { describeError } from '@usher/core/describe-error';
import type { Metrics } from './metrics.ts';

/** What happens in this process that someone may want to know: each is a count and a log line, without ticket text. */
export interface Events {
  ticketsReceived(receipts: readonly Receipt[]): void;
  ticketsRefused(count: number): void;
  /** A request that brought tickets was refused, because more came than could be stored; said once in a burst. */
  overloaded(): void;
  /** A helpdesk's delivery is stored, or was before. */
  webhookTaken(fact: { source: string; seen: boolean; ignored: readonly IgnoreReason[] }): void;
  /** A delivery that nobody may believe; said once in a burst. */
  webhookRefused(fact: { source: string; why: string }): void;
  /** A genuine delivery holds what is not of the known form. */
  webhookUnreadable(fact: { source: string; why: readonly string[] }): void;
  /** A source cannot be used as it is set up; said once in a burst. */
  sourceUnusable(source: string, why: unknown): void;
  /** Stored secrets cannot be opened. */
  secretsClosed(closed: ClosedSecrets): void;
  ticketCorrected(fact: { ticketId: number; outcome: 'corrected' | 'accepted'; category: string; actor: string }): void;
  modelChanged(fact: { action: 'roll_back' | 'use' | 'unpin'; localModel: number; actor: string }): void;
  /** Somebody opened or closed the breaker toward Claude. */
  breakerOrdered(fact: { action: 'open' | 'close'; why: string; actor: string }): void;
  taxonomyPublished(fact: { version: number; actor: string }): void;
  /** Somebody gave a wrong address or password. */
  signInFailed(): void;
  /** The queue did not take these; said once in a burst. */
  hintsLost(jobs: number, why: unknown): void;
  /** The queue's server has something to say; said once in a burst. */
  queueWarned(warning: { kind: string }): void;
  /** Postgres was away for a request; said once in a burst. */
  databaseAway(why: unknown): void;
  /** Decisions could not be looked up for those who wait; said once in a burst. */
  couldNotLook(why: unknown): void;
  /** A fault of ours; `id` stands in the answer too. */
  failedUnexpectedly(fact: { id: string; method: string; path: string }, why: unknown): void;
}

/** Makes the events of one process. `now` is a clock in milliseconds. */
export function createEvents(logger: Logger, metrics: Metrics, now: () => number): Events {
  const lostHints = oncePerBurst(now);
  const queueWarnings = oncePerBurst(now);
  const absences = oncePerBurst(now);
  const blindLooks = oncePerBurst(now);
  const forgeries = oncePerBurst(now);
  const badSources = oncePerBurst(now);
  const overloads = oncePerBurst(now);
  return {
    ticketsReceived(receipts) {
      for (const [outcome, some] of Map.groupBy(receipts, (receipt) => receipt.outcome)) {
        metrics.ticketsReceived.inc({ outcome }, some.length);
      }
      for (const { ticketId, revision, lane, outcome } of receipts) {
        logger.info({ event: 'ticket_received', ticketId, revision, lane, outcome });
      }
    },
    ticketsRefused(count) {
      metrics.ticketsRefused.inc(count);
      logger.info({ event: 'tickets_refused', count });
    },
    overloaded() {
      metrics.overloaded.inc();
      overloads((unsaid) => logger.warn({ event: 'overloaded', unsaid }));
    },
    webhookTaken({ source, seen, ignored }) {
      metrics.webhooks.inc({ source, outcome: seen ? 'seen' : 'taken' });
      logger.info({ event: 'webhook_taken', source, seen, ignored });
    },
    webhookRefused({ source, why }) {
      metrics.webhooks.inc({ source, outcome: why });
      forgeries((unsaid) => logger.warn({ event: 'webhook_refused', unsaid, source, why }));
    },
    webhookUnreadable(fact) {
      metrics.webhooks.inc({ source: fact.source, outcome: 'unreadable' });
      logger.warn({ event: 'webhook_unreadable', ...fact });
    },
    sourceUnusable(source, why) {
      badSources((unsaid) => logger.error({ event: 'source_unusable', unsaid, source, error: describeError(why) }));
    },
    secretsClosed({ owners, why }) {
      logger.error({ event: 'secrets_closed', owners, error: describeError(why), todo: why.message });
    },
    ticketCorrected(fact) {
      metrics.corrections.inc({ outcome: fact.outcome });
      logger.info({ event: 'ticket_corrected', ...fact });
    },
    modelChanged(fact) {
      logger.info({ event: 'model_changed', ...fact });
    },
    breakerOrdered(fact) {
      logger.info({ event: 'breaker_ordered', ...fact });
    },
    taxonomyPublished(fact) {
      logger.info({ event: 'taxonomy_published', ...fact });
    },
    signInFailed() {
      metrics.signInsFailed.inc();
      logger.info({ event: 'sign_in_failed' });
    },
    hintsLost(jobs, why) {
      metrics.hintsLost.inc(jobs);
      lostHints((unsaid) => logger.warn({ event: 'hints_lost', jobs, unsaid, error: describeError(why) }));
    },
    queueWarned(warning) {
      queueWarnings((unsaid) => logger.warn({ event: 'queue_warning', unsaid, kind: warning.kind }));
    },
    databaseAway(why) {
      metrics.unavailable.inc();
      absences((unsaid) => logger.warn({ event: 'database_away', unsaid, error: describeError(why) }));
    },
    couldNotLook(why) {
      blindLooks((unsaid) => logger.warn({ event: 'could_not_look', unsaid, error: describeError(why) }));
    },
    failedUnexpectedly(fact, why) {
      metrics.unexpected.inc();
      logger.error({ event: 'failed_unexpectedly', ...fact, error: describeError(why) });
    },
  };
}

/** A burst ends when this many milliseconds passed since it was last spoken of. */
const BURST_MS = 10_000;

/** Says the first of many, and how many went unsaid since the last one that was said. */
function oncePerBurst(now: () => number): (say: (unsaid: number) => void) => void {
  let saidAt = -Infinity;
  let unsaid = 0;
  return (say) => {
    if (now() - saidAt < BURST_MS) {
      unsaid += 1;
      return;
    }
    say(unsaid);
    saidAt = now();
    unsaid = 0;
  };
}
