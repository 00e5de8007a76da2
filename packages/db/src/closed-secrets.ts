import { and, isNotNull, isNull } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { endpoints } from './schema/endpoints.ts';
import { sources } from './schema/sources.ts';
import { type Sealed, SecretKeyMissing, SecretKeyWrong, type Vault } from './vault.ts';

/** Secrets in use that a vault does not open. */
export interface ClosedSecrets {
  /** Whose they are, such as `source desk` and `endpoint 3`. */
  owners: string[];
  /** What to do about the first of them. */
  why: SecretKeyMissing | SecretKeyWrong;
}

/** Finds out which secrets in use this vault does not open; undefined where it opens all. Throws DatabaseUnavailable. */
export async function findClosedSecrets(db: Db, vault: Vault): Promise<ClosedSecrets | undefined> {
  const closed = (await secretsInUse(db)).flatMap(({ owner, secret }) => {
    const why = whyClosed(secret, vault);
    return why === undefined ? [] : [{ owner, why }];
  });
  const [first] = closed;
  return first === undefined ? undefined : { owners: closed.map(({ owner }) => owner), why: first.why };
}

async function secretsInUse(db: Db): Promise<{ owner: string; secret: Sealed | null }[]> {
  return whileAvailable(async () => {
    const ofSources = await db
      .select({ name: sources.name, secret: sources.secrets })
      .from(sources)
      .where(and(isNull(sources.removedAt), isNotNull(sources.secrets)));
    const ofEndpoints = await db
      .select({ id: endpoints.id, secret: endpoints.secret })
      .from(endpoints)
      .where(and(isNull(endpoints.removedAt), isNotNull(endpoints.secret)));
    return [
      ...ofSources.map(({ name, secret }) => ({ owner: `source ${name}`, secret })),
      ...ofEndpoints.map(({ id, secret }) => ({ owner: `endpoint ${id}`, secret })),
    ];
  });
}

function whyClosed(secret: Sealed | null, vault: Vault): ClosedSecrets['why'] | undefined {
  try {
    if (secret !== null) vault.open(secret);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof SecretKeyMissing || thrown instanceof SecretKeyWrong) return thrown;
    throw thrown;
  }
}
