import type { MiddlewareHandler } from 'hono';
import type { Guarded } from './guard.ts';
import { Problem } from './problem.ts';

/** How much may be in hand at the same time, until its tickets are stored, and how long others wait for room. */
export interface AdmissionLimits {
  requests: number;
  bytes: number;
  /** Requests that wait in line. */
  waiting: number;
  /** Milliseconds in line after which a request is refused; 0 lets nobody wait. */
  waitMs: number;
}

/**
 * More in hand makes nothing faster: a few hundred fill the statements that run at the same time, and what is let in is stored
 * well within its deadline, also by a slow Postgres. The line makes a burst of seconds harmless; all senders know 2 s of patience.
 */
const LIMITS: AdmissionLimits = { requests: 400, bytes: 128 * 1_048_576, waiting: 10_000, waitMs: 2_000 };

/** Counts a request out; further calls do nothing. */
export type Leave = () => void;

/** Keeps intake from growing beyond a bound. */
export interface Admission {
  /** Counts a request in and answers how to count it out again. Throws the Problem that says to come back later. */
  enter(bytes: number): Leave;
  /** The same, in the order of coming, as soon as there is room; undefined where there was none for too long. */
  queueUp(bytes: number): Promise<Leave | undefined>;
}

interface InLine {
  bytes: number;
  untilMs: number;
  answer: (leave: Leave | undefined) => void;
}

/** Makes a bound. `now` is a clock in milliseconds. */
export function createAdmission(limits: AdmissionLimits = LIMITS, now = () => performance.now()): Admission {
  const line = new Set<InLine>();
  let requests = 0;
  let bytes = 0;
  let expiry: NodeJS.Timeout | undefined;

  const hasRoom = (size: number) => requests < limits.requests && bytes + size <= limits.bytes;

  const letIn = (size: number): Leave => {
    requests += 1;
    bytes += size;
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      requests -= 1;
      bytes -= size;
      callNext();
    };
  };

  const callNext = () => {
    for (const first of line) {
      if (!hasRoom(first.bytes)) return;
      line.delete(first);
      first.answer(letIn(first.bytes));
    }
  };

  const sendAway = () => {
    expiry = undefined;
    for (const first of line) {
      const leftMs = first.untilMs - now();
      if (leftMs > 0) {
        expiry = setTimeout(sendAway, Math.ceil(leftMs));
        return;
      }
      line.delete(first);
      first.answer(undefined);
    }
    // Whoever was sent away may have been too large for the room that there is.
    callNext();
  };

  return {
    enter(size) {
      if (!hasRoom(size)) throw overloaded();
      return letIn(size);
    },
    async queueUp(size) {
      if (line.size === 0 && hasRoom(size)) return letIn(size);
      if (line.size >= limits.waiting || limits.waitMs === 0) return undefined;
      const { promise, resolve } = Promise.withResolvers<Leave | undefined>();
      line.add({ bytes: size, untilMs: now() + limits.waitMs, answer: resolve });
      expiry ??= setTimeout(sendAway, limits.waitMs);
      return promise;
    },
  };
}

/**
 * Lets a request of at most so many bytes in while there is room for it, before its body is read, unless the door let it in already.
 * It leaves when it is answered, or sooner by `leave`, when its tickets are stored and it only waits for their decision.
 */
export function admit(admission: Admission, maxBytes: number): MiddlewareHandler<Guarded> {
  return async (c, next) => {
    const atTheDoor = c.env?.leave;
    if (atTheDoor !== undefined) {
      c.set('leave', atTheDoor);
      return next();
    }
    const leave = admission.enter(announcedBytes(c.req.header('content-length'), maxBytes));
    c.set('leave', leave);
    try {
      await next();
    } finally {
      leave();
    }
  };
}

/** What a body may take: as announced, and at most so many bytes, beyond which it is refused. */
export function announcedBytes(contentLength: string | undefined, maxBytes: number): number {
  return Math.min(Number(contentLength ?? maxBytes), maxBytes) || 0;
}

/** The problem that says that intake is full. */
export function overloaded(retryAfterSeconds = 1): Problem {
  return new Problem({
    status: 503,
    code: 'overloaded',
    detail: 'More tickets come in than can be stored at the moment. Nothing of this request was stored; send it again.',
    headers: { 'Retry-After': String(retryAfterSeconds) },
  });
}
