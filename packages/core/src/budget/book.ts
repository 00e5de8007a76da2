import {
  type Allowance,
  correct,
  credit,
  debit,
  depthOf,
  isNamed,
  isRemembered,
  limitsOf,
  pause,
  refill,
  shrink,
  waitMs,
} from './allowance.ts';
import { corrected, learn } from './drift.ts';
import { levelOf } from './line.ts';
import { paceAt } from './pace.ts';
import { amounts, type Amounts, eachShare, type Pool, rules, type Share } from './rules.ts';
import type { ServerSays } from './server-says.ts';
import { drawStart, promiseStarts, startsIn, wholeStartMs } from './starts.ts';

/** What a call will use, and used: uncached input and output tokens. */
export type Tokens = Omit<Amounts, 'requests'>;

/** A wish to call. The key is the caller's own, such as a ticket's: asking again with it asks for the same place. */
export interface Asking {
  key: string;
  share: Share;
  estimate: Tokens;
}

/** How a budget stands, for metrics. */
export interface BudgetReading {
  limits: Amounts;
  /** The part of the limits in use, 0 to 1. */
  pace: number;
  pausedMs: number;
  /** For each share what it may spend at once, or below zero how much is promised before it. */
  levels: Readonly<Record<Share, Amounts>>;
  /** The most that a level may be. */
  depths: Readonly<Record<Share, Amounts>>;
  /** Places held: those that wait, and calls not settled yet. */
  reservations: number;
}

interface Reservation {
  share: Share;
  estimate: Amounts;
  cost: Amounts;
  place: Amounts;
  isStarted: boolean;
  /** Its turn came while too much had just started: it is promised one of the next starts. */
  isPromised: boolean;
  expiresAt: number;
}

/** The verbs of a budget. Times are in milliseconds; `now` is the store's clock and never runs backwards by much. */
export interface Book {
  reserve(asking: Asking, now: number): { waitMs: number };
  settle(key: string, used: Tokens | null, now: number): void;
  giveBack(key: string, now: number): void;
  pause(forMs: number, now: number): void;
  shrink(now: number): void;
  correct(says: ServerSays, now: number): void;
  read(now: number): BudgetReading;
}

/** Keeps one pool's budget in memory: the state machine that the stores' scripts are written from and held to. */
export function openBook(pool: Pool): Book {
  let known: Allowance | undefined;
  const reservations = new Map<string, Reservation>();
  let firstExpiry = Infinity;

  const bring = (now: number): Allowance => {
    if (!isRemembered(known, now)) reservations.clear();
    let allowance = refill(known, pool, now);
    if (now < firstExpiry) return allowance;
    firstExpiry = Infinity;
    for (const [key, { expiresAt, isStarted, share, cost }] of reservations) {
      if (expiresAt > now) firstExpiry = Math.min(firstExpiry, expiresAt);
      else reservations.delete(key);
      if (expiresAt <= now && !isStarted) allowance = credit(allowance, pool, { share, amount: cost });
    }
    return allowance;
  };
  const end = (key: string, now: number, used: Amounts | null) => {
    known = bring(now);
    const held = reservations.get(key);
    reservations.delete(key);
    if (held === undefined || used === null) return;
    known = credit(known, pool, { share: held.share, amount: minus(held.cost, used) });
    if (used.requests > 0) known = { ...known, drift: learn(known.drift, { used, estimated: held.estimate }) };
  };

  return {
    reserve({ key, share, estimate }, now) {
      let allowance = bring(now);
      let held = reservations.get(key);
      const isNew = held === undefined || held.isStarted;
      if (held === undefined || held.isStarted) {
        const asked = { requests: 1, ...estimate };
        const cost = corrected(allowance.drift, asked);
        allowance = debit(allowance, pool, { share, cost });
        const place = allowance.lines[share].back;
        held = { share, estimate: asked, cost, place, isStarted: false, isPromised: false, expiresAt: 0 };
      }
      const turn = takeTurn(allowance, pool, held);
      known = turn.allowance;
      const isNews = isNew || turn.held.isPromised !== held.isPromised;
      const wait = told(turn.waitMs, known, isNews);
      const expiresAt = now + (wait > 0 ? wait + rules.lateMs : rules.unsettledMs);
      firstExpiry = Math.min(firstExpiry, expiresAt);
      reservations.set(key, { ...turn.held, expiresAt });
      return { waitMs: wait };
    },
    settle: (key, used, now) => end(key, now, used === null ? null : { requests: 1, ...used }),
    giveBack: (key, now) =>
      end(
        key,
        now,
        amounts(() => 0),
      ),
    pause: (forMs, now) => void (known = pause(bring(now), forMs)),
    shrink: (now) => void (known = shrink(bring(now), pool)),
    correct: (says, now) => void (known = correct(bring(now), pool, says)),
    read: (now) => describe(refill(known, pool, now), pool, reservations.size),
  };
}

/**
 * Starts a call whose turn it is and whose start the bucket has, at what such calls cost by now: much may have been learnt
 * since it took its place. Where the bucket is empty, it is promised one of the next starts.
 */
function takeTurn(allowance: Allowance, pool: Pool, held: Reservation) {
  const inLineMs = waitMs(allowance, pool, held);
  if (inLineMs > 0) return { allowance, held, waitMs: inLineMs };
  const { share } = held;
  const cost = corrected(allowance.drift, held.estimate);
  const startMs = startsIn(allowance, pool, { ...held, cost });
  const startWaitMs = wholeStartMs(startMs);
  if (startWaitMs > 0) {
    const promised = held.isPromised ? allowance : promiseStarts(allowance, share, allowance.at + startMs);
    return { allowance: promised, held: { ...held, isPromised: true }, waitMs: startWaitMs };
  }
  const settled = credit(allowance, pool, { share, amount: minus(held.cost, cost) });
  return {
    allowance: drawStart(settled, pool, { share, cost }),
    held: { ...held, cost, isStarted: true },
    waitMs: 0,
  };
}

/**
 * What somebody is told who has to wait so long. Calls of which too much was expected bring those behind them forward;
 * who was told of a long wait long ago would come too late for that, and his turn would fall together with others'.
 */
function told(waitMs: number, allowance: Allowance, isNew: boolean): number {
  if (waitMs === 0) return 0;
  const isSure = isNamed(allowance.told);
  const paused = pausedMs(allowance);
  const queueMs = waitMs - paused;
  if (queueMs > (isSure ? rules.wholeWaitMs : rules.unsureWaitMs))
    return Math.ceil(paused + queueMs / (isSure ? 2 : 8));
  return isNew ? waitMs : Math.max(rules.waitAgainMs, waitMs);
}

function pausedMs({ at, pausedUntil }: Allowance): number {
  return Math.max(0, pausedUntil - at);
}

function minus(first: Amounts, second: Amounts): Amounts {
  return amounts((dimension) => first[dimension] - second[dimension]);
}

function describe(allowance: Allowance, pool: Pool, reservations: number): BudgetReading {
  return {
    limits: limitsOf(pool, allowance.told),
    pace: paceAt(allowance.pace, allowance.at),
    pausedMs: pausedMs(allowance),
    levels: eachShare((share) => levelOf(allowance.lines[share])),
    depths: eachShare((share) => depthOf({ ...allowance, pool, share })),
    reservations,
  };
}
