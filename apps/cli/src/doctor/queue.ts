import { connectQueue, type QueueWarning } from '@usher/queue/connect';
import { type Check, reasonOf } from './check.ts';
import { checkClock } from './clock.ts';
import { placeOf } from './database.ts';

/** Looks at the queue's server: whether it answers, its clock, and whether it may throw jobs away. */
export async function checkQueue(url: string): Promise<Check[]> {
  const warnings: QueueWarning[] = [];
  try {
    await using queue = connectQueue(url, { role: 'producer', onWarning: (warning) => void warnings.push(warning) });
    await queue.ping();
    const askedAt = Date.now();
    const { time: serverTime, resolutionMs } = await queue.time();
    const answeredAt = Date.now();
    const says = `${placeOf(url)} answers in ${answeredAt - askedAt} ms`;
    const clock = checkClock("queue's clock", { askedAt, answeredAt, serverTime, resolutionMs });
    return [{ name: 'queue', status: 'ok', says }, clock, ...warnings.flatMap(ofEviction)];
  } catch (thrown) {
    const says = `${placeOf(url)} does not answer: ${reasonOf(thrown)}`;
    const todo = 'Start it, or correct QUEUE_URL. Tickets are still taken in, and decided once it is there.';
    return [{ name: 'queue', status: 'failed', says, todo }];
  }
}

function ofEviction(warning: QueueWarning): Check[] {
  if (warning.kind !== 'may_evict') return [];
  const says = `Redis throws keys away when its memory is full (${warning.policy})`;
  return [{ name: "queue's memory", status: 'warning', says, todo: 'Set maxmemory-policy noeviction.' }];
}
