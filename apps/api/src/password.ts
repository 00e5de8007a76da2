import { argon2, type Argon2Parameters, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Problem } from './problem.ts';

/** What OWASP's Password Storage Cheat Sheet asks of Argon2id: 19 MiB, two passes, one lane. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const TAG_BYTES = 32;
const SALT_BYTES = 16;

/** Each takes a thread and 19 MiB for a moment; more at a time would take them from intake. */
const MOST_AT_A_TIME = 2;
const MOST_WAITING = 50;

const derive = promisify(argon2);
const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** A hash of a password to keep, in the PHC string format. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(SALT_BYTES);
  const tag = await inTurn({ ...COST, nonce, tagLength: TAG_BYTES, message: password });
  return `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${unpadded(nonce)}$${unpadded(tag)}`;
}

/** Tells whether this is the password that was hashed; false, after the same work, where there is no hash. */
export async function isPassword(password: string, hash: string | undefined): Promise<boolean> {
  const [, memory, passes, parallelism, nonce, tag] = PHC.exec(hash ?? NOBODYS) ?? [];
  if (nonce === undefined || tag === undefined) return false;
  const expected = Buffer.from(tag, 'base64');
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  const given = await inTurn({
    ...cost,
    nonce: Buffer.from(nonce, 'base64'),
    tagLength: expected.length,
    message: password,
  });
  return timingSafeEqual(given, expected) && hash !== undefined;
}

/** So that an unknown address takes as long as a wrong password. */
const NOBODYS = `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${unpadded(randomBytes(SALT_BYTES))}$${unpadded(randomBytes(TAG_BYTES))}`;

let running = 0;
const waiting: (() => void)[] = [];

async function inTurn(parameters: Argon2Parameters): Promise<Buffer> {
  if (running >= MOST_AT_A_TIME) {
    if (waiting.length >= MOST_WAITING) throw tooManySignIns();
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.push(resolve);
    await promise;
  } else {
    running += 1;
  }
  try {
    return Buffer.from(await derive('argon2id', parameters));
  } finally {
    // The turn goes to the next, so that nobody slips in between.
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

function tooManySignIns(): Problem {
  const headers = { 'Retry-After': '5' };
  const detail = 'Too many people sign in at the moment. Try again in some seconds.';
  return new Problem({ status: 429, code: 'sign_in_busy', detail, headers });
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
