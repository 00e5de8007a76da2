import { BUCKET_GROWTH } from '@usher/core/reports/histogram';
import { type SQL, sql } from 'drizzle-orm';

/** The number of the bucket that holds so many milliseconds; `percentile` of core reads it back. */
export function bucketOf(milliseconds: SQL): SQL {
  return sql`ceil(ln(greatest(1, ${milliseconds})::float8) / ln(${BUCKET_GROWTH}::float8))::smallint`;
}
