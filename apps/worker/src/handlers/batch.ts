import type { Payload } from '@usher/core/jobs';
import { aloneInLane } from '@usher/db/batches/lane';
import { leaveLane } from '@usher/db/batches/place-tickets';
import { driveLane } from '../batches/lane.ts';
import type { Deps } from '../deps.ts';

/**
 * Does whatever is due about Message Batches; while another worker does, there is nothing to do. Without an engine that
 * asks Claude, what waits for a batch goes to the queue.
 */
export async function batch(_payload: Payload<'batch'>, deps: Deps): Promise<void> {
  const { db, batching } = deps;
  if (batching === null) await leaveLane(db, { olderThanMs: 0 });
  else await aloneInLane(db, () => driveLane({ ...deps, batching }));
}
