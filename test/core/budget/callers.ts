import { type Book, openBook, type Tokens } from '@usher/core/budget/book';
import type { Pool, Share } from '@usher/core/budget/rules';

/** Somebody who wants to call once, and what becomes of it. */
export interface Caller {
  share: Share;
  /** Milliseconds since the beginning. */
  comesAt: number;
  estimate: Tokens;
  /** How much later than told it comes; it comes in time without it. */
  lateMs?: (now: number) => number;
  /** What the call uses, told after its duration; without it, it is never settled. */
  used?: { tokens: Tokens; afterMs: number };
}

/** A call that the budget let through. */
export interface Grant {
  caller: Caller;
  at: number;
  /** How often the budget was asked for it. */
  asked: number;
}

/** When the clock of these books begins. */
export const START = 1_000_000;

/** A book whose pace is full: it has run for a minute. */
export function openWarmBook(pool: Pool): Book {
  const book = openBook(pool);
  book.read(START - 60_000);
  book.correct({ limits: pool.limits, remaining: {} }, START - 60_000);
  return book;
}

/** Lets callers come, each returning exactly when it is told to, until all have called; grants in order of time. */
export function letCall(book: Book, callers: readonly Caller[], onGrant: (grant: Grant) => void = () => {}): Grant[] {
  const events = createEvents();
  const grants: Grant[] = [];
  const ask = (caller: Caller, key: string, asked: number) => (now: number) => {
    const { waitMs } = book.reserve({ key, share: caller.share, estimate: caller.estimate }, START + now);
    if (waitMs > 0) {
      const comesAt = now + waitMs;
      return events.add(comesAt + (caller.lateMs?.(comesAt) ?? 0), ask(caller, key, asked + 1));
    }
    const grant = { caller, at: now, asked };
    grants.push(grant);
    onGrant(grant);
    const { used } = caller;
    if (used !== undefined) events.add(now + used.afterMs, (later) => book.settle(key, used.tokens, START + later));
  };
  callers.forEach((caller, index) => events.add(caller.comesAt, ask(caller, String(index), 1)));
  events.run();
  return grants;
}

type Happening = (now: number) => void;

/** Things that happen in order of time, and at the same time in the order in which they were added; a binary heap. */
function createEvents() {
  const heap: { at: number; order: number; happen: Happening }[] = [];
  let added = 0;
  const isBefore = (first: number, second: number) => {
    const [a, b] = [heap[first], heap[second]];
    if (a === undefined) return false;
    return b === undefined || a.at < b.at || (a.at === b.at && a.order < b.order);
  };
  const swap = (first: number, second: number) => {
    const [a, b] = [heap[first], heap[second]];
    if (a !== undefined && b !== undefined) [heap[first], heap[second]] = [b, a];
  };
  const rise = (index: number) => {
    const parent = (index - 1) >> 1;
    if (index === 0 || !isBefore(index, parent)) return;
    swap(index, parent);
    rise(parent);
  };
  const sink = (index: number) => {
    const [left, right] = [2 * index + 1, 2 * index + 2];
    const least = isBefore(right, left) ? right : left;
    if (!isBefore(least, index)) return;
    swap(index, least);
    sink(least);
  };
  return {
    add(at: number, happen: Happening) {
      heap.push({ at, order: (added += 1), happen });
      rise(heap.length - 1);
    },
    run() {
      while (heap.length > 0) {
        swap(0, heap.length - 1);
        const next = heap.pop();
        sink(0);
        next?.happen(next.at);
      }
    },
  };
}
