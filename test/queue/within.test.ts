import { setImmediate as turn } from 'node:timers/promises';
import { within } from '@usher/queue/within';
import { expect, test } from 'vitest';

const late = () => new Error('too late');

test('work that never ends is given up', async () => {
  await expect(within(new Promise(() => {}), 1, late)).rejects.toThrow('too late');
});

test('what arrived while this process was busy counts, although the time is over', async () => {
  // From here on timers come next, and only then what arrived.
  await turn();
  const arrival = turn('here');
  const answer = within(arrival, 1, late);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  await expect(answer).resolves.toBe('here');
});
