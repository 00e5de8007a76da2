import { sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';

export interface Turn {
  /** What is to be done by one process at a time. */
  name: string;
  /** Who asks; whoever has the turn may ask again and keeps it. */
  holder: string;
  /** Milliseconds for which nobody else gets the turn. */
  forMs: number;
}

/** Takes or keeps a turn; false while somebody else has it. A holder that dies loses it when its time is over. */
export async function takeTurn(db: Db, { name, holder, forMs }: Turn): Promise<boolean> {
  const until = sql`now() + ${forMs} * interval '1 millisecond'`;
  const taken = await whileAvailable(() =>
    db.execute(sql`
      insert into turns (name, holder, until) values (${name}, ${holder}, ${until})
      on conflict (name) do update set holder = excluded.holder, until = excluded.until
      where turns.holder = excluded.holder or turns.until <= now()
      returning name`),
  );
  return taken.length > 0;
}
