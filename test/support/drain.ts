import type { QueueName } from '@usher/core/jobs';
import type { QueueConnection } from '@usher/queue/connect';
import { type QueueDepth, queueDepths } from '@usher/queue/depth';
import { vi } from 'vitest';

export interface DrainOptions {
  /** Fails after so many milliseconds; 20 s by default. */
  timeoutMs?: number;
  /** Also counts the jobs that wait for a later time; true by default. */
  delayedCount?: boolean;
}

/** Waits until no job waits or runs in any queue; throws, with the depths, when that takes too long. */
export async function drain(connection: QueueConnection, options: DrainOptions = {}): Promise<void> {
  const { timeoutMs = 20_000, delayedCount = true } = options;
  const lookTwice = async () => {
    // Work of a later queue may give work to an earlier one, between the looks at the two.
    await expectIdle(connection, delayedCount);
    await expectIdle(connection, delayedCount);
  };
  await vi.waitFor(lookTwice, { timeout: timeoutMs, interval: 20 });
}

async function expectIdle(connection: QueueConnection, delayedCount: boolean): Promise<void> {
  const depths: Record<QueueName, QueueDepth> = await queueDepths(connection);
  const busy = Object.values(depths).some(
    ({ waiting, active, delayed }) => waiting + active + (delayedCount ? delayed : 0) > 0,
  );
  if (busy) throw new Error(`The queues are not empty: ${JSON.stringify(depths)}`);
}
