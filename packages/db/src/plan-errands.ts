import type { Errand } from '@usher/core/connectors/intake';
import { sql } from 'drizzle-orm';
import type { Db } from './connect.ts';

/** Milliseconds that the queue's hint has before the sweep looks at a fetch itself. */
const GRACE_MS = 10_000;

/** What must be fetched, and from which source. */
export interface SourceErrand {
  sourceId: number;
  errand: Errand;
}

/** Plans what must be fetched of one source. What waits already is fetched anew for the newest event. */
export async function planErrands(tx: Db, sourceId: number, errands: readonly Errand[]): Promise<number[]> {
  return planAll(
    tx,
    errands.map((errand) => ({ sourceId, errand })),
  );
}

/** Plans what must be fetched and answers the number of each fetch, in order; of the same ones the last holds, for all of them. */
export async function planAll(tx: Db, errands: readonly SourceErrand[]): Promise<number[]> {
  if (errands.length === 0) return [];
  const newest = new Map(errands.map((one) => [keyOf(one), rowOf(one)]));
  // In a fixed order, so that two statements with the same errands wait for each other instead of deadlocking.
  const rows = [...newest].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row);
  const planned = await tx.execute<{ id: number; key: string }>(sql`
    insert into fetches (source_id, external_id, kind, requests, outcome, due_at)
    select source_id, external_id, kind, requests, nullif(outcome, 'null'::jsonb),
           now() + ${GRACE_MS} * interval '1 millisecond'
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as errand (
      source_id int, external_id text, kind text, requests jsonb, outcome jsonb)
    on conflict (source_id, external_id, kind) where state = 'pending' do update
    set requests = excluded.requests, outcome = excluded.outcome, asked = fetches.asked + 1,
        failures = 0, due_at = least(fetches.due_at, excluded.due_at)
    returning id::float8 as id, source_id || ':' || kind || ':' || external_id as key`);
  const ids = new Map(planned.map(({ id, key }) => [key, id]));
  return errands.flatMap((one) => ids.get(keyOf(one)) ?? []);
}

function keyOf({ sourceId, errand: { kind, externalId } }: SourceErrand): string {
  return `${sourceId}:${kind}:${externalId}`;
}

function rowOf({ sourceId, errand }: SourceErrand) {
  return {
    source_id: sourceId,
    external_id: errand.externalId,
    kind: errand.kind,
    requests: errand.kind === 'text' ? errand.requests : [],
    outcome: errand.kind === 'close' ? errand.outcome : null,
  };
}
