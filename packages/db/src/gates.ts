import { eq, sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { gates } from './schema/operations.ts';

/** A door that is closed for the whole fleet until a moment. */
export interface ClosedGate {
  closedUntil: Date;
  reason: string;
  detail: string;
}

/** How a gate stands; undefined while it is open. By the database's clock. */
export async function readGate(db: Db, name: string): Promise<(ClosedGate & { waitMs: number }) | undefined> {
  const [gate] = await whileAvailable(() =>
    db
      .select({
        closedUntil: gates.closedUntil,
        reason: gates.reason,
        detail: gates.detail,
        waitMs: sql<number>`ceil(extract(epoch from ${gates.closedUntil} - now()) * 1000)::float8`,
      })
      .from(gates)
      .where(eq(gates.name, name)),
  );
  return gate !== undefined && gate.waitMs > 0 ? gate : undefined;
}

/** Closes a gate for so many milliseconds from now; one that is closed for longer already stays so. */
export async function closeGate(
  db: Db,
  name: string,
  { forMs, reason, detail }: { forMs: number; reason: string; detail: string },
): Promise<void> {
  await whileAvailable(() =>
    db.execute(sql`
      insert into gates (name, closed_until, reason, detail)
      values (${name}, now() + ${forMs} * interval '1 millisecond', ${reason}, ${detail})
      on conflict (name) do update
      set closed_until = excluded.closed_until, reason = excluded.reason, detail = excluded.detail, changed_at = now()
      where gates.closed_until < excluded.closed_until`),
  );
}
