import { createHash } from 'node:crypto';

/** The name under which a key's limits are kept: the same for the same key, and the key cannot be found from it. */
export function accountOf(apiKey: string | undefined): string {
  return createHash('sha256')
    .update(apiKey ?? '')
    .digest('hex')
    .slice(0, 16);
}
