import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits to hand out once. */
export function makeToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What is kept of a token: its SHA-256 suffices, because nobody can guess 256 random bits. */
export function hashOfToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
