import { Scope } from '@usher/core/scope';
import { and, desc, eq, isNull } from 'drizzle-orm';
import { writeAudit } from './audit.ts';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { apiKeys, sources } from './schema/sources.ts';
import { hashOfToken, makeToken } from './secret-token.ts';
import { ensureSource } from './sources.ts';

const SCOPES = Scope.array();

/** What a key allows, and whose tickets are posted with it. */
export interface KeyGrant {
  keyId: number;
  name: string;
  scopes: Scope[];
  sourceId: number;
  source: string;
}

/** A key as it is listed: never the key itself. */
export interface ListedKey extends KeyGrant {
  prefix: string;
  createdAt: Date;
  revokedAt: Date | null;
}

export interface NewKey {
  name: string;
  scopes: readonly Scope[];
  source: string;
  actor: string;
}

/**
 * Makes an API key. The key is answered this once; the database keeps its SHA-256 only.
 */
export async function createApiKey(
  db: Db,
  { name, scopes, source, actor }: NewKey,
): Promise<{ id: number; key: string }> {
  const key = `usher_${makeToken()}`;
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      const { id: sourceId } = await ensureSource(tx, source);
      const [row] = await tx
        .insert(apiKeys)
        .values({ name, scopes: [...scopes], sourceId, hash: hashOfToken(key), prefix: key.slice(0, 12) })
        .returning({ id: apiKeys.id });
      if (row === undefined) throw new Error('an API key was not stored');
      await writeAudit(tx, { actor, verb: 'key.create', subject: `key ${row.id}`, detail: { name, scopes, source } });
      return { id: row.id, key };
    }),
  );
}

/** What a key allows; undefined if it is unknown or revoked. */
export async function findApiKey(db: Db, key: string): Promise<KeyGrant | undefined> {
  const [row] = await whileAvailable(() =>
    db
      .select({
        keyId: apiKeys.id,
        name: apiKeys.name,
        scopes: apiKeys.scopes,
        sourceId: sources.id,
        source: sources.name,
      })
      .from(apiKeys)
      .innerJoin(sources, eq(sources.id, apiKeys.sourceId))
      .where(and(eq(apiKeys.hash, hashOfToken(key)), isNull(apiKeys.revokedAt))),
  );
  return row === undefined ? undefined : { ...row, scopes: SCOPES.parse(row.scopes) };
}

/** Every key, newest first. */
export async function listApiKeys(db: Db): Promise<ListedKey[]> {
  const rows = await whileAvailable(() =>
    db
      .select({
        keyId: apiKeys.id,
        name: apiKeys.name,
        prefix: apiKeys.prefix,
        scopes: apiKeys.scopes,
        sourceId: sources.id,
        source: sources.name,
        createdAt: apiKeys.createdAt,
        revokedAt: apiKeys.revokedAt,
      })
      .from(apiKeys)
      .innerJoin(sources, eq(sources.id, apiKeys.sourceId))
      .orderBy(desc(apiKeys.id)),
  );
  return rows.map((row) => ({ ...row, scopes: SCOPES.parse(row.scopes) }));
}

/** Revokes a key and answers whether there was one to revoke. */
export async function revokeApiKey(db: Db, { keyId, actor }: { keyId: number; actor: string }): Promise<boolean> {
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      const [revoked] = await tx
        .update(apiKeys)
        .set({ revokedAt: new Date() })
        .where(and(eq(apiKeys.id, keyId), isNull(apiKeys.revokedAt)))
        .returning({ id: apiKeys.id });
      if (revoked === undefined) return false;
      await writeAudit(tx, { actor, verb: 'key.revoke', subject: `key ${keyId}` });
      return true;
    }),
  );
}
