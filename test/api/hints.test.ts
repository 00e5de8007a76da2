import { createHints } from '@usher/api/hints';
import type { Job } from '@usher/core/jobs';
import { expect, test } from 'vitest';

const job = (ticketId: number): Job => ({ name: 'classify', payload: { ticketId, revision: 1, lane: 'live' } });

function listening() {
  const calls: number[][] = [];
  const lost: number[] = [];
  const enqueue = async (jobs: readonly Job[]) => {
    calls.push(jobs.map(({ payload }) => ('ticketId' in payload ? payload.ticketId : 0)));
    if (calls.length === 1) throw new Error('the queue is away');
  };
  return { calls, lost, hints: createHints(enqueue, { hintsLost: (count) => lost.push(count) }) };
}

test('the first hint goes at once, those that follow closely go together, and the end waits for all of them', async () => {
  const { calls, lost, hints } = listening();
  hints.give([job(1)]);
  expect(calls).toEqual([[1]]);
  hints.give([job(2), job(3)]);
  hints.give([job(4)]);
  expect(calls).toEqual([[1]]);
  await hints.drain(1_000);
  expect(calls).toEqual([[1], [2, 3, 4]]);
  expect(lost).toEqual([1]);
});
