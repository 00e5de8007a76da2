import { SourceSecrets } from '@usher/core/connectors/secrets';
import { and, eq, isNull } from 'drizzle-orm';
import { writeAudit } from './audit.ts';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { sources } from './schema/sources.ts';
import type { Vault } from './vault.ts';

/** The source of API keys that were not made for another one. */
export const API_SOURCE = 'api';

export type Source = typeof sources.$inferSelect;

/** A source with its secrets in the clear, for as long as something is done with them. */
export interface OpenSource {
  id: number;
  name: string;
  connector: string;
  settings: Record<string, unknown>;
  secrets: SourceSecrets;
}

/** The source of this name, made if there is none. */
export async function ensureSource(db: Db, name: string): Promise<Source> {
  return whileAvailable(async () => {
    await db.insert(sources).values({ name }).onConflictDoNothing();
    const source = await findSource(db, name);
    if (source === undefined) throw new Error(`the source ${name} vanished while it was made`);
    return source;
  });
}

/** The source of this name, or undefined. */
export async function findSource(db: Db, name: string): Promise<Source | undefined> {
  const [source] = await whileAvailable(() => db.select().from(sources).where(eq(sources.name, name)));
  return source;
}

/** The source of this number, or undefined. */
export async function findSourceById(db: Db, id: number): Promise<Source | undefined> {
  const [source] = await whileAvailable(() => db.select().from(sources).where(eq(sources.id, id)));
  return source;
}

/** Opens a source's secrets. Throws SecretKeyMissing and SecretKeyWrong, which say what to do. */
export function openSource({ id, name, connector, settings, secrets }: Source, vault: Vault): OpenSource {
  const opened: unknown = secrets === null ? {} : JSON.parse(vault.open(secrets));
  return { id, name, connector, settings, secrets: SourceSecrets.parse(opened) };
}

/** What a source is to be from now on. Its settings were read by its connector before. */
export interface NewSource {
  name: string;
  connector: string;
  settings: Record<string, unknown>;
  secrets: SourceSecrets;
  actor: string;
}

/** Makes a source, or sets it up anew: also one that was removed. Throws SecretKeyMissing. */
export async function saveSource(db: Db, source: NewSource, vault: Vault): Promise<Source> {
  const { name, connector, settings, secrets, actor } = source;
  const sealed = vault.seal(JSON.stringify(secrets));
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      const values = { connector, settings, secrets: sealed, removedAt: null };
      const [saved] = await tx
        .insert(sources)
        .values({ name, ...values })
        .onConflictDoUpdate({ target: sources.name, set: values })
        .returning();
      if (saved === undefined) throw new Error(`the source ${name} was not stored`);
      const detail = { connector, settings };
      await writeAudit(tx, { actor, verb: 'source.save', subject: `source ${saved.id}`, detail });
      return saved;
    }),
  );
}

/** Takes a source out of use and forgets its settings and secrets; its tickets stay. Answers whether there was one. */
export async function removeSource(db: Db, { name, actor }: { name: string; actor: string }): Promise<boolean> {
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      const gone = { settings: {}, secrets: null, removedAt: new Date() };
      const [removed] = await tx
        .update(sources)
        .set(gone)
        .where(and(eq(sources.name, name), isNull(sources.removedAt)))
        .returning({ id: sources.id });
      if (removed === undefined) return false;
      await writeAudit(tx, { actor, verb: 'source.remove', subject: `source ${removed.id}` });
      return true;
    }),
  );
}

/** Every source that is in use, oldest first. */
export async function listSources(db: Db): Promise<Source[]> {
  return whileAvailable(() => db.select().from(sources).where(isNull(sources.removedAt)).orderBy(sources.id));
}
