import { hash as digest, timingSafeEqual } from 'node:crypto';
import type { Scope } from '@usher/core/scope';
import { findApiKey } from '@usher/db/api-keys';
import { findSession, type SignedIn } from '@usher/db/sessions';
import { API_SOURCE, ensureSource, type Source } from '@usher/db/sources';
import { believeForAWhile } from './believe.ts';
import type { RequestDatabase } from './database.ts';

/** What a request may do, in whose name, and whose tickets it brings. */
export interface Grant {
  actor: string;
  /** A person who is signed in, or a program with a key. */
  kind: 'agent' | 'api';
  scopes: readonly Scope[];
  sourceId: number;
  source: string;
  /** Whose session it is; null for a key. */
  signedIn: SignedIn | null;
}

/** Tells who asks. Throws DatabaseUnavailable where that can't be told. */
export interface Authenticate {
  /** What a key grants; undefined if it is unknown or revoked. */
  byKey(key: string): Promise<Grant | undefined>;
  /** What the cookie of somebody who is signed in grants; undefined if the session ended. Unless said, this counts as using it. */
  bySession(token: string, how?: { isUse: boolean }): Promise<Grant | undefined>;
}

export interface AuthenticateOptions {
  /** The bootstrap admin key, if there is one. */
  adminKey: string | undefined;
  /** Milliseconds without a request after which a session ends. */
  sessionIdleMs: number;
  /** A clock in milliseconds. */
  now: () => number;
}

const MAX_KEY_LENGTH = 500;

/** Makes the check of keys and sessions. The memory holds hashes, never keys. */
export function createAuthenticate(database: RequestDatabase, options: AuthenticateOptions): Authenticate {
  const { adminKey, sessionIdleMs, now } = options;
  const adminHash = adminKey === undefined ? undefined : hashOf(adminKey);
  const apiSource = rememberSource(database);
  const lookUp = believeForAWhile((key) => database.quick((db) => findApiKey(db, key)), now);

  return {
    async byKey(key) {
      if (key.length > MAX_KEY_LENGTH) return undefined;
      const hash = hashOf(key);
      if (adminHash !== undefined && timingSafeEqual(hash, adminHash)) {
        const { id, name } = await apiSource();
        return { ...PROGRAM, actor: 'bootstrap key', scopes: ['admin'], sourceId: id, source: name };
      }
      const found = await lookUp(key, hash.toString('base64'));
      if (found === undefined) return undefined;
      const { keyId, name, scopes, sourceId, source } = found;
      return { ...PROGRAM, actor: `key ${keyId} (${name})`, scopes, sourceId, source };
    },
    async bySession(token, { isUse } = { isUse: true }) {
      if (token.length > MAX_KEY_LENGTH) return undefined;
      const signedIn = await database.quick((db) => findSession(db, { token, idleMs: sessionIdleMs, isUse }));
      if (signedIn === undefined) return undefined;
      const { id: sourceId, name: source } = await apiSource();
      return { kind: 'agent', actor: signedIn.email, scopes: signedIn.roles, sourceId, source, signedIn };
    },
  };
}

const PROGRAM = { kind: 'api', signedIn: null } as const;

/** The source of the bootstrap key, asked for until it is known. */
function rememberSource(database: RequestDatabase): () => Promise<Source> {
  let source: Source | undefined;
  return async () => (source ??= await database.quick((db) => ensureSource(db, API_SOURCE)));
}

function hashOf(key: string): Buffer {
  return digest('sha256', key, 'buffer');
}
