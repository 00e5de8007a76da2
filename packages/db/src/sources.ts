import { eq } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { sources } from './schema/sources.ts';

/** The source of API keys that were not made for another one. */
export const API_SOURCE = 'api';

export type Source = typeof sources.$inferSelect;

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

/** Sets or, with nulls, removes the outbound webhook of a source. */
export async function setWebhook(
  db: Db,
  sourceId: number,
  webhook: { url: string; secret: string } | null,
): Promise<void> {
  await whileAvailable(() =>
    db
      .update(sources)
      .set({ webhookUrl: webhook?.url ?? null, webhookSecret: webhook?.secret ?? null })
      .where(eq(sources.id, sourceId)),
  );
}

/** Every source, oldest first. */
export async function listSources(db: Db): Promise<Source[]> {
  return whileAvailable(() => db.select().from(sources).orderBy(sources.id));
}
