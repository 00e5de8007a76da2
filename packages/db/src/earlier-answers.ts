import type { EarlierAnswer } from '@usher/core/engine';
import { sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';

export interface EarlierAnswerOf {
  /** Of the cleaned text, as `hashOf` makes it. */
  textHash: string;
  releaseId: number;
  /** Milliseconds that it may be old. */
  withinMs: number;
}

/**
 * The newest of Claude's own answers to a text, on which a decision under the same release rests. None where the
 * newest word on this text, whichever ticket it came with, is another category or subcategory.
 */
export async function findEarlierAnswer(
  db: Db,
  { textHash, releaseId, withinMs }: EarlierAnswerOf,
): Promise<EarlierAnswer | undefined> {
  const [found] = await whileAvailable(() =>
    db.execute<EarlierAnswer & Record<string, unknown>>(sql`
      select said.id::float8 as id, said.model, said.suggestion
      from classifications said
      join decisions on decisions.ticket_id = said.ticket_id and decisions.revision = said.revision
                    and decisions.actor_kind = 'engine' and decisions.release_id = said.release_id
                    and decisions.category = said.suggestion ->> 'category'
      where said.text_hash = ${textHash} and said.release_id = ${releaseId} and said.reused_from is null
        and said.created_at > now() - ${withinMs} * interval '1 millisecond'
        and not exists (
          select from text_outcomes known
          where known.text_hash = said.text_hash
            and (known.category <> said.suggestion ->> 'category'
                 -- Who names only the category has said nothing against the subcategory.
                 or known.subcategory is not null
                    and known.subcategory is distinct from said.suggestion ->> 'subcategory'))
      order by said.id desc limit 1`),
  );
  return found;
}
