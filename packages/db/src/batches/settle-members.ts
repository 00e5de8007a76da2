import type { EngineCall } from '@usher/core/engine';
import type { Mode } from '@usher/core/release';
import { sql } from 'drizzle-orm';
import type { Db } from '../connect.ts';
import { whileAvailable } from '../failures.ts';
import { type EngineOutcome, type Recorded, recordCalls, recordDecisions } from '../record-decision.ts';
import type { MemberState } from '../schema/batches.ts';
import type { Revision } from '../work.ts';
import { placeTickets } from './place-tickets.ts';

/** The figure of a chunk in which a result counts. */
export type Tally = 'answered' | 'errored' | 'expired' | 'canceled';

/** What became of one member: decided, or on its way elsewhere, with the answers that were paid for in any case. */
export interface Settlement extends Revision {
  to: Exclude<MemberState, 'waiting' | 'dropped'>;
  /** Null for what Claude's batch had no part in. */
  tally: Tally | null;
  calls: readonly EngineCall[];
  /** The decision, for those that are `answered`. */
  outcome: EngineOutcome | null;
}

export interface Settling {
  chunkId: number;
  releaseId: number;
  mode: Mode;
}

/** A member that was settled now, and what came of its decision. */
export type Settled = Settlement & Partial<Recorded>;

/**
 * Writes down what became of some members of a chunk, in one transaction: decisions, answers, where the others go, and the
 * chunk's figures. A member that was settled before is left as it is, so that results may be read any number of times.
 * Answers those that were settled now.
 */
export async function settleMembers(
  db: Db,
  settling: Settling,
  settlements: readonly Settlement[],
): Promise<Settled[]> {
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      const fresh = await claim(tx, settling, settlements);
      const outcomes = fresh.flatMap(({ outcome }) => outcome ?? []);
      const recorded = outcomes.length === 0 ? [] : await recordDecisions(tx, outcomes);
      const byTicket = new Map(outcomes.map(({ ticketId }, at) => [ticketId, recorded[at]]));
      for (const one of fresh) if (one.outcome === null) await recordCalls(tx, { ...settling, ...one });
      for (const to of ['queue', 'again'] as const)
        await placeTickets(tx, { to, revisions: fresh.filter((one) => one.to === to) });
      await count(tx, settling, fresh);
      return fresh.map((one) => ({ ...one, ...byTicket.get(one.ticketId) }));
    }),
  );
}

async function claim(db: Db, { chunkId }: Settling, settlements: readonly Settlement[]): Promise<Settlement[]> {
  const given = settlements.map(({ ticketId, revision, to }) => ({ ticketId, revision, to }));
  const claimed = await db.execute<{ ticketId: number; revision: number }>(sql`
    with mine as materialized (
      select ticket_id, batch_members.revision, given.to as next
      from batch_members
      join jsonb_to_recordset(${JSON.stringify(given)}::jsonb) as given ("ticketId" bigint, revision int, "to" text)
        on given."ticketId" = ticket_id and given.revision = batch_members.revision
      where chunk_id = ${chunkId} and state = 'waiting'
      order by ticket_id for update of batch_members)
    update batch_members set state = mine.next
    from mine
    where chunk_id = ${chunkId} and batch_members.ticket_id = mine.ticket_id and batch_members.revision = mine.revision
    returning batch_members.ticket_id::float8 as "ticketId", batch_members.revision`);
  const mine = new Set(claimed.map(({ ticketId, revision }) => `${ticketId}-${revision}`));
  return settlements.filter(({ ticketId, revision }) => mine.has(`${ticketId}-${revision}`));
}

async function count(db: Db, { chunkId }: Settling, fresh: readonly Settlement[]): Promise<void> {
  const of = (tally: Tally) => fresh.filter((one) => one.tally === tally).length;
  const costMicroUsd = fresh.flatMap(({ calls }) => calls).reduce((sum, call) => sum + call.costMicroUsd, 0);
  await db.execute(sql`
    update batch_chunks
    set answered = answered + ${of('answered')}, errored = errored + ${of('errored')},
        expired = expired + ${of('expired')}, canceled = canceled + ${of('canceled')},
        cost_micro_usd = cost_micro_usd + ${costMicroUsd}
    where id = ${chunkId}`);
}
