import type { MiddlewareHandler } from 'hono';
import type { Guarded } from './guard.ts';
import { Problem } from './problem.ts';

/** How much may be in hand at the same time, from the first byte of a body until its tickets are stored. */
export interface AdmissionLimits {
  requests: number;
  bytes: number;
}

/** Some hundred are in hand at ten thousand a second; more than this means that they come faster than they are stored. */
const LIMITS: AdmissionLimits = { requests: 4_000, bytes: 128 * 1_048_576 };

/** Seconds after which a sender should try again: a buffer this large is stored in less. */
const RETRY_AFTER_SECONDS = '1';

/** Keeps intake from growing beyond a bound. */
export interface Admission {
  /** Counts a request in and answers how to count it out again. Throws the Problem that says to come back later. */
  enter(bytes: number): () => void;
}

/** Makes the bound of one process. */
export function createAdmission(limits: AdmissionLimits = LIMITS): Admission {
  let requests = 0;
  let bytes = 0;
  return {
    enter(size) {
      if (requests >= limits.requests || bytes + size > limits.bytes) throw overloaded();
      requests += 1;
      bytes += size;
      let isIn = true;
      return () => {
        if (!isIn) return;
        isIn = false;
        requests -= 1;
        bytes -= size;
      };
    },
  };
}

/**
 * Lets a request of at most so many bytes in while there is room for it, before its body is read. It leaves when it is
 * answered, or sooner by `leave`, when its tickets are stored and it only waits for their decision.
 */
export function admit(admission: Admission, maxBytes: number): MiddlewareHandler<Guarded> {
  return async (c, next) => {
    const announced = Number(c.req.header('content-length') ?? maxBytes);
    const leave = admission.enter(Math.min(announced, maxBytes) || 0);
    c.set('leave', leave);
    try {
      await next();
    } finally {
      leave();
    }
  };
}

function overloaded(): Problem {
  return new Problem({
    status: 503,
    code: 'overloaded',
    detail: 'More tickets come in than can be stored at the moment. Nothing of this request was stored; send it again.',
    headers: { 'Retry-After': RETRY_AFTER_SECONDS },
  });
}
