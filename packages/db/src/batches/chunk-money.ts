import { eq, sql } from 'drizzle-orm';
import type { Db } from '../connect.ts';
import { whileAvailable } from '../failures.ts';
import { batchChunks, type HeldMoney } from '../schema/batches.ts';
import { returnMoney, type Spent, takeMoney } from '../spending.ts';

/** What the requests of one source cost at worst, in micro-dollars. */
export interface ChunkWish {
  sourceId: number;
  worstMicroUsd: number;
}

/**
 * Takes the worst case of a chunk out of the day's money and notes it on the chunk. To be called in the transaction that
 * writes down that the chunk is being sent, and to be rolled back with it where the answer is `spent`.
 */
export async function holdMoney(
  tx: Db,
  { chunkId, dailyMicroUsd, wishes }: { chunkId: number; dailyMicroUsd: number | null; wishes: readonly ChunkWish[] },
): Promise<Spent | null> {
  const money: HeldMoney[] = [];
  for (const wish of wishes) {
    const taken = await takeMoney(tx, { ...wish, dailyMicroUsd });
    if (taken.kind === 'spent') return taken;
    money.push({ ...wish, taken });
  }
  await whileAvailable(() => tx.update(batchChunks).set({ money }).where(eq(batchChunks.id, chunkId)));
  return null;
}

/**
 * Returns what a chunk did not cost: all of it where no batch was created, else all but the price of the answers that were
 * read. A second call returns nothing more.
 */
export async function returnChunkMoney(tx: Db, chunkId: number, { isUnsent }: { isUnsent: boolean }): Promise<void> {
  await whileAvailable(async () => {
    const [chunk] = await tx
      .select({ money: batchChunks.money, batchId: batchChunks.batchId })
      .from(batchChunks)
      .where(eq(batchChunks.id, chunkId))
      .for('update');
    const costs = isUnsent ? new Map<number, number>() : await costsBySource(tx, chunkId, chunk?.batchId ?? '');
    for (const { taken, sourceId, worstMicroUsd } of chunk?.money ?? [])
      await returnMoney(tx, taken, worstMicroUsd - (costs.get(sourceId) ?? 0));
    await tx.update(batchChunks).set({ money: [] }).where(eq(batchChunks.id, chunkId));
  });
}

async function costsBySource(tx: Db, chunkId: number, batchId: string): Promise<Map<number, number>> {
  const rows = await tx.execute<{ sourceId: number; costMicroUsd: number }>(sql`
    select tickets.source_id as "sourceId", sum(cost_micro_usd)::float8 as "costMicroUsd"
    from batch_members
    join classifications on classifications.ticket_id = batch_members.ticket_id
      and classifications.revision = batch_members.revision and request_id = ${batchId}
    join tickets on tickets.id = batch_members.ticket_id
    where chunk_id = ${chunkId} group by tickets.source_id`);
  return new Map(rows.map(({ sourceId, costMicroUsd }) => [sourceId, costMicroUsd]));
}
