import { sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';

/** Lets everybody leave a receiver alone for so many milliseconds from now; one that is left alone for longer stays so. */
export async function pauseReceiver(
  db: Db,
  receiver: string,
  { forMs, reason }: { forMs: number; reason: string },
): Promise<void> {
  await whileAvailable(() =>
    db.execute(sql`
      insert into receiver_pauses (receiver, until, reason)
      values (${receiver}, now() + ${forMs} * interval '1 millisecond', ${reason})
      on conflict (receiver) do update set until = excluded.until, reason = excluded.reason
      where receiver_pauses.until < excluded.until`),
  );
}
