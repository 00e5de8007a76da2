import type { Failure } from '@usher/core/failure';
import type { CallEnd, Gate } from '@usher/core/gate';
import type { Db } from '@usher/db/connect';
import { closeGate, readGate } from '@usher/db/gates';
import type { Report } from './events.ts';

/** Name of the fleet's common door to Claude. */
const GATE = 'claude';
/** How old the knowledge about the fleet's door may be. */
const FRESH_MS = 1_000;
/** How long nobody calls after Claude refused key, model or address, and after the money ran out. */
const REFUSED_MS = { configuration: 60_000, money: 600_000 } as const;
/** While Claude answers nothing, one call in this time finds out whether it is back. */
const PROBE_EVERY_MS = 10_000;

type Reason = 'pause' | 'configuration' | 'money' | 'silence';

/** The engine turns `budget_spent` into a stand-in or triage at once; the others make a ticket wait. */
const CODES = {
  pause: 'claude_paused',
  configuration: 'claude_refused',
  money: 'budget_spent',
  silence: 'claude_silent',
} as const;

/** Nobody calls Claude now; no attempt is spent. */
export class GateClosed extends Error implements Failure {
  readonly code: (typeof CODES)[Reason];
  readonly retry: { afterMs: number };

  constructor(reason: Reason, afterMs: number) {
    super(`Claude is not called for ${Math.ceil(afterMs / 1_000)} s: ${reason}`);
    this.name = 'GateClosed';
    this.code = CODES[reason];
    this.retry = { afterMs };
  }
}

export interface GateOptions {
  db: Db;
  report: Report;
  /** Calls in a row that may go without an answer, before Claude counts as silent. */
  mostUnanswered: number;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/**
 * The fleet's common door to Claude. What Claude tells one worker closes it for all through Postgres; that Claude tells
 * nothing at all every worker finds out alone, so that a silence does not hold every ticket for a whole deadline.
 */
export function createGate({ db, report, mostUnanswered, now = Date.now }: GateOptions): Gate {
  const door = createDoor(db, now);
  let unanswered = 0;
  let probedAt = 0;

  const knock = () => {
    if (unanswered >= mostUnanswered) {
      const nextProbeMs = probedAt + PROBE_EVERY_MS - now();
      if (nextProbeMs > 0) throw new GateClosed('silence', nextProbeMs + Math.random() * PROBE_EVERY_MS);
      probedAt = now();
    }
    unanswered += 1;
    if (unanswered === mostUnanswered) report({ kind: 'claude_silent', unanswered });
  };

  return {
    async enter() {
      await door.look();
      knock();
      return {
        async end(how) {
          if (how.kind === 'failed' || how.kind === 'lost' || how.kind === 'aborted') return;
          unanswered = 0;
          if (how.kind === 'answered' || how.kind === 'rejected') return;
          const closing = closingOf(how);
          if (door.isNews(closing)) report(eventOf(how, closing));
          await door.close(closing);
        },
      };
    },
  };
}

interface Closing {
  reason: Reason;
  forMs: number;
  detail: string;
}

type BadNews = Extract<CallEnd, { kind: 'rate_limited' | 'refused' }>;

function closingOf(news: BadNews): Closing {
  if (news.kind === 'rate_limited') return { reason: 'pause', forMs: news.afterMs, detail: news.detail };
  return { reason: news.reason, forMs: REFUSED_MS[news.reason], detail: news.detail };
}

function eventOf(news: BadNews, { forMs, detail }: Closing) {
  return news.kind === 'rate_limited'
    ? ({ kind: 'claude_paused', forMs, detail } as const)
    : ({ kind: 'claude_refused', reason: news.reason, forMs, detail } as const);
}

/** What this process knows of the door in Postgres. */
function createDoor(db: Db, now: () => number) {
  let known: { reason: Reason; until: number } = { reason: 'pause', until: 0 };
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | undefined;

  const learn = (reason: Reason, until: number) => {
    if (until > known.until) known = { reason, until };
  };
  const read = async () => {
    const closed = await readGate(db, GATE);
    lookedAt = now();
    if (closed !== undefined) learn(reasonOf(closed.reason), lookedAt + closed.waitMs);
  };

  return {
    async look() {
      if (now() - lookedAt >= FRESH_MS) {
        looking ??= read().finally(() => (looking = undefined));
        await looking;
      }
      const waitMs = known.until - now();
      if (waitMs > 0) throw new GateClosed(known.reason, waitMs);
    },
    /** Many calls in flight bring the same news; it is told once. */
    isNews({ reason }: Closing) {
      return known.until <= now() || known.reason !== reason;
    },
    async close({ reason, forMs, detail }: Closing) {
      learn(reason, now() + forMs);
      await closeGate(db, GATE, { forMs, reason, detail });
    },
  };
}

function reasonOf(text: string): Reason {
  return text === 'configuration' || text === 'money' ? text : 'pause';
}
