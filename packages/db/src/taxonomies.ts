import type { Failure } from '@usher/core/failure';
import { Taxonomy } from '@usher/core/taxonomy';
import { desc, sql } from 'drizzle-orm';
import { writeAudit } from './audit.ts';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { taxonomies } from './schema/taxonomies.ts';

/** A published version of the category list. */
export interface PublishedTaxonomy {
  version: number;
  taxonomy: Taxonomy;
  publishedBy: string;
  publishedAt: Date;
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
  if (row === undefined) return undefined;
  const { version, document, publishedBy, publishedAt } = row;
  return { version, taxonomy: Taxonomy.parse(document), publishedBy, publishedAt };
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
}

/** Publishes a new version of the category list and answers its number. Throws TaxonomyChanged. */
export async function publishTaxonomy(db: Db, taxonomy: Taxonomy, options: PublishOptions): Promise<number> {
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      // Publishers take turns; readers don't wait.
      await tx.execute(sql`lock table ${taxonomies} in share row exclusive mode`);
      const current = await currentTaxonomyVersion(tx);
      if (options.expectedVersion !== undefined && options.expectedVersion !== current) {
        throw new TaxonomyChanged(options.expectedVersion, current);
      }
      const version = current + 1;
      await tx.insert(taxonomies).values({ version, document: taxonomy, publishedBy: options.actor });
      await writeAudit(tx, { actor: options.actor, verb: 'taxonomy.publish', subject: `taxonomy ${version}` });
      return version;
    }),
  );
}
