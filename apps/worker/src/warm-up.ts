import type { Failure } from '@usher/core/failure';
import type { Turn, WarmUp } from '@usher/core/warm-up';
import type { Db } from '@usher/db/connect';
import { DatabaseUnavailable } from '@usher/db/failures';
import { keepPromptCache, leavePromptCache, takePromptCache } from '@usher/db/prompt-caches';
import { pause } from './pause.ts';

/** How long Claude keeps what was written for an hour, less what clocks and slow answers may take. */
const KEPT_MS = 58 * 60_000;
/** After so long without an answer the next one has its turn: a second write is cheaper than a fleet that waits. */
const TURN_MS = 10_000;
/** Each read keeps the entry for another hour; the other processes are told this often. */
const TELL_EVERY_MS = 10 * 60_000;
const LOOK_EVERY_MS = 150;

/** Another request writes the static part of the prompt to the cache; no attempt is spent. */
export class PromptWarming extends Error implements Failure {
  readonly code = 'prompt_warming';
  readonly retry = { afterMs: 1_000 };

  constructor() {
    super('another request writes the prompt to the cache');
    this.name = 'PromptWarming';
  }
}

/** What this process knows of one prefix. */
interface Known {
  warmUntil: number;
  toldAt: number;
  /** Resolves when it is worth looking again; while it is set, somebody in this process looks or writes. */
  busy: Promise<unknown> | undefined;
}

export interface WarmUpOptions {
  db: Db;
  /** Milliseconds of any clock that does not go back. */
  now?: () => number;
}

/** The fleet's warm-up, with its turns in Postgres. While Postgres is away everybody goes: that costs a write, not a ticket. */
export function createWarmUp({ db, now = () => performance.now() }: WarmUpOptions): WarmUp {
  const prefixes = new Map<string, Known>();

  const keep = async (prefix: string, known: Known) => {
    known.warmUntil = now() + KEPT_MS;
    if (now() - known.toldAt < TELL_EVERY_MS) return;
    known.toldAt = now();
    await ask(() => keepPromptCache(db, prefix, KEPT_MS));
  };
  const reading = (prefix: string, known: Known): Turn => ({
    end: async (isKept) => (isKept ? keep(prefix, known) : undefined),
  });
  const writing = (prefix: string, known: Known): Turn => {
    known.toldAt = Number.NEGATIVE_INFINITY;
    const done = occupy(known, TURN_MS);
    return {
      async end(isKept) {
        await (isKept ? keep(prefix, known) : ask(() => leavePromptCache(db, prefix)));
        done();
      },
    };
  };
  const look = async (prefix: string, known: Known): Promise<Turn | undefined> => {
    const done = occupy(known, TURN_MS);
    const found = await ask(() => takePromptCache(db, prefix, TURN_MS)).finally(done);
    if (found === 'away') return reading(prefix, known);
    if (found.state === 'mine') return writing(prefix, known);
    if (found.state === 'taken') {
      occupy(known, LOOK_EVERY_MS);
      return undefined;
    }
    known.warmUntil = now() + found.forMs;
    return reading(prefix, known);
  };

  return {
    async enter({ prefix, patienceMs, signal }) {
      const known = prefixes.get(prefix) ?? { warmUntil: 0, toldAt: Number.NEGATIVE_INFINITY, busy: undefined };
      prefixes.set(prefix, known);
      const giveUpAt = now() + patienceMs;
      while (known.warmUntil <= now()) {
        const turn = known.busy === undefined ? await look(prefix, known) : undefined;
        if (turn !== undefined) return turn;
        if (now() >= giveUpAt || signal.aborted) throw new PromptWarming();
        await Promise.race([known.busy, pause(giveUpAt - now(), signal)]);
      }
      return reading(prefix, known);
    },
  };
}

/** Keeps the others of this process waiting until it is called, or for so long at most. */
function occupy(known: Known, mostMs: number): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = () => {
    clearTimeout(timer);
    if (known.busy === promise) known.busy = undefined;
    resolve();
  };
  const timer = setTimeout(done, mostMs);
  known.busy = promise;
  return done;
}

async function ask<T>(question: () => Promise<T>): Promise<T | 'away'> {
  try {
    return await question();
  } catch (thrown) {
    if (thrown instanceof DatabaseUnavailable) return 'away';
    throw thrown;
  }
}
