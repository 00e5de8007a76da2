import { sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';

/** How a cached static part of a prompt stands: readable for so long, this caller's to write, or being written by another. */
export type PromptCache = { state: 'warm'; forMs: number } | { state: 'mine' } | { state: 'taken' };

/**
 * Looks whether a prefix is in the cache, and where it is not takes the turn to write it, unless another has it. A turn that is not
 * ended is given to the next after `turnMs`. By the database's clock.
 */
export async function takePromptCache(db: Db, prefix: string, turnMs: number): Promise<PromptCache> {
  const [found] = await whileAvailable(() =>
    db.execute<{ isMine: boolean; forMs: number | null }>(sql`
      with taken as (
        insert into prompt_caches as known (prefix, warm_until, turn_until)
        values (${prefix}, '-infinity', now() + ${turnMs} * interval '1 millisecond')
        on conflict (prefix) do update set turn_until = excluded.turn_until
        where known.warm_until <= now() and known.turn_until <= now()
        returning prefix
      )
      select exists (select from taken) as "isMine",
             (select extract(epoch from warm_until - now()) * 1000 from prompt_caches
              where prefix = ${prefix} and warm_until > now())::float8 as "forMs"`),
  );
  if (found?.isMine) return { state: 'mine' };
  const forMs = found?.forMs ?? 0;
  return forMs > 0 ? { state: 'warm', forMs } : { state: 'taken' };
}

/** Says that a prefix can be read for so many milliseconds from now. */
export async function keepPromptCache(db: Db, prefix: string, forMs: number): Promise<void> {
  await whileAvailable(() =>
    db.execute(sql`
      update prompt_caches
      set warm_until = greatest(warm_until, now() + ${forMs} * interval '1 millisecond'), turn_until = '-infinity'
      where prefix = ${prefix}`),
  );
}

/** Gives back the turn to write a prefix, so that the next one takes it at once. */
export async function leavePromptCache(db: Db, prefix: string): Promise<void> {
  await whileAvailable(() =>
    db.execute(sql`update prompt_caches set turn_until = '-infinity' where prefix = ${prefix}`),
  );
}
