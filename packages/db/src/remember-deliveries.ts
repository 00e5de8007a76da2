import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Db } from './connect.ts';

/** Something of a delivery that is remembered: its id, or its content. */
export interface Mark {
  sourceId: number;
  kind: 'id' | 'content';
  parts: readonly (string | Uint8Array)[];
}

/** Remembers marks for ever and answers, in order, which were new; of the same ones only the first. */
export async function remember(tx: Db, marks: readonly Mark[]): Promise<boolean[]> {
  if (marks.length === 0) return [];
  const keys = marks.map(({ sourceId, kind, parts }) => ({ source_id: sourceId, key: hashOf(kind, parts) }));
  // In a fixed order, so that two statements with the same marks wait for each other instead of deadlocking.
  const rows = keys.toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
  const remembered = await tx.execute<{ source_id: number; key: string }>(sql`
    insert into incoming (source_id, key)
    select source_id, decode(key, 'hex') from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as mark (source_id int, key text)
    on conflict do nothing
    returning source_id, encode(key, 'hex') as key`);
  const unclaimed = new Set(remembered.map(nameOf));
  return keys.map((key) => unclaimed.delete(nameOf(key)));
}

function nameOf({ source_id: sourceId, key }: { source_id: number; key: string }): string {
  return `${sourceId}:${key}`;
}

/** Each part with its length, so that no two lists of parts look alike. */
function hashOf(what: string, parts: Mark['parts']): string {
  const hash = createHash('sha256').update(what);
  for (const part of parts) {
    const bytes = Buffer.from(part);
    hash.update(`:${bytes.length}:`).update(bytes);
  }
  return hash.digest().subarray(0, 16).toString('hex');
}
