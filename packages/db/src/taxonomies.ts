import type { Failure } from '@usher/core/failure';
import { Taxonomy } from '@usher/core/taxonomy';
import { desc, eq, lt, sql } from 'drizzle-orm';
import { writeAudit } from './audit.ts';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { taxonomies } from './schema/taxonomies.ts';

/** Who published a version of the category list, and when. */
export interface TaxonomyVersion {
  version: number;
  publishedBy: string;
  publishedAt: Date;
  /** The version that was published anew; null for one that was written. */
  restoredFrom: number | null;
}

/** A published version of the category list. */
export interface PublishedTaxonomy extends TaxonomyVersion {
  taxonomy: Taxonomy;
}

/** Someone else published a version since the caller read one. */
export class TaxonomyChanged extends Error implements Failure {
  readonly code = 'taxonomy_changed';
  readonly retry = 'never';
  readonly current: number;

  constructor(expected: number, current: number) {
    super(`The taxonomy is at version ${current}, not ${expected}: read it again, apply your change and publish then.`);
    this.name = 'TaxonomyChanged';
    this.current = current;
  }
}

/** The version in force, or undefined before the first was published. */
export async function currentTaxonomy(db: Db): Promise<PublishedTaxonomy | undefined> {
  const [row] = await whileAvailable(() => db.select().from(taxonomies).orderBy(desc(taxonomies.version)).limit(1));
  return row === undefined ? undefined : read(row);
}

/** A version of the category list, or undefined. */
export async function findTaxonomy(db: Db, version: number): Promise<PublishedTaxonomy | undefined> {
  const [row] = await whileAvailable(() => db.select().from(taxonomies).where(eq(taxonomies.version, version)));
  return row === undefined ? undefined : read(row);
}

/** Versions of the category list without what stands in them, newest first, a page from below a number. */
export async function listTaxonomies(
  db: Db,
  { below, limit }: { below: number; limit: number },
): Promise<(TaxonomyVersion & { categories: number })[]> {
  const { version, publishedBy, publishedAt, restoredFrom, document } = taxonomies;
  const categories = sql<number>`jsonb_array_length(${document} -> 'categories')`;
  return whileAvailable(() =>
    db
      .select({ version, publishedBy, publishedAt, restoredFrom, categories })
      .from(taxonomies)
      .where(lt(version, below))
      .orderBy(desc(version))
      .limit(limit),
  );
}

function read({ document, ...version }: typeof taxonomies.$inferSelect): PublishedTaxonomy {
  return { ...version, taxonomy: Taxonomy.parse(document) };
}

/** Number of the version in force, 0 before the first. Cheap enough to ask before every ticket. */
export async function currentTaxonomyVersion(db: Db): Promise<number> {
  const [row] = await whileAvailable(() =>
    db.select({ version: taxonomies.version }).from(taxonomies).orderBy(desc(taxonomies.version)).limit(1),
  );
  return row?.version ?? 0;
}

export interface PublishOptions {
  actor: string;
  /** Version that the change is based on; publishing fails with TaxonomyChanged if another is in force. */
  expectedVersion?: number;
  /** The version that is published anew, if it is one. */
  restoredFrom?: number;
}

/** Publishes a new version of the category list and answers its number. Throws TaxonomyChanged. */
export async function publishTaxonomy(db: Db, taxonomy: Taxonomy, options: PublishOptions): Promise<number> {
  const { actor, restoredFrom = null } = options;
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      // Publishers take turns; readers don't wait.
      await tx.execute(sql`lock table ${taxonomies} in share row exclusive mode`);
      const current = await currentTaxonomyVersion(tx);
      if (options.expectedVersion !== undefined && options.expectedVersion !== current) {
        throw new TaxonomyChanged(options.expectedVersion, current);
      }
      const version = current + 1;
      await tx.insert(taxonomies).values({ version, document: taxonomy, publishedBy: actor, restoredFrom });
      const subject = `taxonomy ${version}`;
      if (restoredFrom === null) await writeAudit(tx, { actor, verb: 'taxonomy.publish', subject });
      else await writeAudit(tx, { actor, verb: 'taxonomy.roll_back', subject, detail: { to: restoredFrom } });
      return version;
    }),
  );
}
