import type { Failure } from '@usher/core/failure';
import type { CallEnd } from '@usher/core/gate';
import {
  breakerName,
  type BreakerReason,
  closeBreaker,
  dropProbe,
  noteAnswered,
  openBreaker,
  type Opening,
  readBreaker,
  takeProbe,
} from '@usher/db/breakers';
import type { Db } from '@usher/db/connect';
import type { Report } from '../events.ts';

/** How old the knowledge about the fleet's breaker may be. */
const FRESH_MS = 1_000;
/** A probe is a call, with its deadline and a little more. */
const PROBE_MS = 45_000;
/** Whoever waits looks again after this at the latest: the breaker may be closed by hand before its time. */
const LOOK_AGAIN_MS = 60_000;
/** How long the others wait for what a probe finds out. */
const PROBED_MS = 3_000;
/** How often one process says that it was answered. */
const ANSWERED_EVERY_MS = 5_000;

/** How long nobody calls at first, and at most after probes that failed. */
const OPEN_MS = {
  configuration: { forMs: 60_000, mostMs: 600_000 },
  money: { forMs: 600_000, mostMs: 3_600_000 },
  outage: { forMs: 10_000, mostMs: 60_000 },
} as const;

/** The engine turns `budget_spent` into a stand-in or triage at once; the others make a ticket wait. */
const CODES = {
  configuration: 'claude_refused',
  money: 'budget_spent',
  outage: 'claude_silent',
  hand: 'claude_stopped',
} as const;

/** The fleet does not call Claude now; no attempt is spent. */
export class BreakerOpen extends Error implements Failure {
  override readonly name = 'BreakerOpen';
  readonly code: (typeof CODES)[BreakerReason];
  readonly retry: { afterMs: number };

  constructor(reason: BreakerReason, afterMs: number) {
    super(`Claude is not called for ${Math.ceil(afterMs / 1_000)} s: ${reason}`);
    this.code = CODES[reason];
    this.retry = { afterMs };
  }
}

/** When silence counts as an outage: so many calls in a row without an answer, over so long. */
export interface OutageRule {
  calls: number;
  overMs: number;
}

export interface FleetBreakerOptions {
  db: Db;
  /** Whose calls it stops. */
  account: string;
  report: Report;
  outage: OutageRule;
  /** Milliseconds since 1970. */
  now: () => number;
}

export interface FleetBreaker {
  /** Resolves when a call may be made, with whether it probes; throws BreakerOpen. */
  pass(): Promise<{ isProbe: boolean }>;
  /** Takes in how a call ended. */
  heed(how: CallEnd, isProbe: boolean): Promise<void>;
  /** How it stands, by what this process knows. */
  standing(): Promise<{ state: 'open' | 'half_open' | 'closed'; reason: BreakerReason }>;
}

/**
 * The fleet's circuit breaker, kept in Postgres and read once a second at most. Refused configuration, spent money and
 * silence open it for all; later one call at a time probes, and what that finds out closes it or keeps it open for longer.
 */
export function createBreaker({ db, account, report, outage, now }: FleetBreakerOptions): FleetBreaker {
  const name = breakerName(account);
  const known = createKnowledge(db, { name, now });
  const silence = createSilence(outage, now);
  let toldAnsweredAt = Number.NEGATIVE_INFINITY;

  const open = async (opening: Opening) => {
    const opened = await openBreaker(db, name, opening);
    known.forget();
    if (opened === undefined) return false;
    report({ kind: 'breaker_opened', reason: opening.reason, ...opened, detail: opening.detail });
    return true;
  };
  const close = async () => {
    if (await closeBreaker(db, name)) report({ kind: 'breaker_closed' });
    known.forget();
  };
  const answered = async (isProbe: boolean) => {
    silence.end();
    // An answer from before the breaker opened says nothing about keys and money, but it is one after all.
    if (isProbe || known.isOutage()) return close();
    if (now() - toldAnsweredAt < ANSWERED_EVERY_MS) return;
    toldAnsweredAt = now();
    await noteAnswered(db, name);
  };
  const unanswered = async (detail: string, isProbe: boolean) => {
    const isOutage = silence.goesOn();
    if (isProbe) return void (await open({ reason: 'outage', detail, ...OPEN_MS.outage }));
    if (!isOutage) return;
    const opening = { reason: 'outage', detail, ...OPEN_MS.outage } as const;
    // Where others are answered, this process alone is cut off.
    if (!(await open({ ...opening, unlessAnsweredMs: Math.max(outage.overMs, 2 * ANSWERED_EVERY_MS) })))
      known.stopAlone(OPEN_MS.outage.forMs);
  };

  return {
    async pass() {
      const { state } = await known.look();
      if (state === 'closed') return { isProbe: false };
      if (await takeProbe(db, name, PROBE_MS)) return { isProbe: true };
      throw known.others(PROBED_MS);
    },
    async heed(how, isProbe) {
      switch (how.kind) {
        case 'answered':
        case 'rejected':
        case 'rate_limited':
          return answered(isProbe);
        case 'refused':
          silence.end();
          return void (await open({ reason: how.reason, detail: how.detail, ...OPEN_MS[how.reason] }));
        case 'failed':
        case 'lost':
          return unanswered(how.detail, isProbe);
        case 'aborted':
          return isProbe ? dropProbe(db, name) : undefined;
      }
    },
    standing: () => known.read(),
  };
}

/** Counts calls in a row that brought no answer. */
function createSilence({ calls, overMs }: OutageRule, now: () => number) {
  let unanswered = 0;
  let since = 0;
  return {
    end() {
      unanswered = 0;
    },
    /** Tells whether it is an outage by now; then it counts anew. */
    goesOn(): boolean {
      if (unanswered === 0) since = now();
      unanswered += 1;
      if (unanswered < calls || now() - since < overMs) return false;
      unanswered = 0;
      return true;
    },
  };
}

interface Known {
  state: 'open' | 'half_open' | 'closed';
  reason: BreakerReason;
  /** Until when it is open, by this process's clock. */
  until: number;
}

/** What this process knows of the breaker in Postgres. */
function createKnowledge(db: Db, { name, now }: { name: string; now: () => number }) {
  let known: Known = { state: 'closed', reason: 'outage', until: 0 };
  let alone = 0;
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  const renew = async () => {
    const breaker = await readBreaker(db, name);
    readAt = now();
    known = breaker === undefined ? { ...known, state: 'closed' } : { ...breaker, until: readAt + breaker.waitMs };
  };
  const read = async () => {
    if (now() - readAt >= FRESH_MS) {
      reading ??= renew().finally(() => (reading = undefined));
      await reading;
    }
    return known;
  };
  return {
    read,
    async look() {
      const { state, reason, until } = await read();
      if (state === 'open' && until > now()) throw new BreakerOpen(reason, Math.min(until - now(), LOOK_AGAIN_MS));
      if (alone > now()) throw new BreakerOpen('outage', alone - now());
      return known;
    },
    isOutage: () => known.state !== 'closed' && known.reason === 'outage',
    forget() {
      readAt = Number.NEGATIVE_INFINITY;
    },
    stopAlone(forMs: number) {
      alone = now() + forMs;
    },
    /** Somebody else probes. */
    others(forMs: number) {
      known = { ...known, state: 'open', until: now() + forMs };
      return new BreakerOpen(known.reason, forMs);
    },
  };
}
