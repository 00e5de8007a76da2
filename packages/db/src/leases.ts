import { sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';

export interface Lease {
  /** What is to be done by one process at a time. */
  name: string;
  /** Who asks; whoever has the lease may ask again and keeps it. */
  holder: string;
  /** Milliseconds for which nobody else gets the lease. */
  forMs: number;
}

/** Takes or keeps a lease; false while somebody else has it. A holder that dies loses it when its time is over. */
export async function takeLease(db: Db, { name, holder, forMs }: Lease): Promise<boolean> {
  const until = sql`now() + ${forMs} * interval '1 millisecond'`;
  const taken = await whileAvailable(() =>
    db.execute(sql`
      insert into leases (name, holder, until) values (${name}, ${holder}, ${until})
      on conflict (name) do update set holder = excluded.holder, until = excluded.until
      where leases.holder = excluded.holder or leases.until <= now()
      returning name`),
  );
  return taken.length > 0;
}

/** Gives a lease back before its time is over, if this holder still has it. */
export async function returnLease(db: Db, { name, holder }: Pick<Lease, 'name' | 'holder'>): Promise<void> {
  await whileAvailable(() => db.execute(sql`delete from leases where name = ${name} and holder = ${holder}`));
}
