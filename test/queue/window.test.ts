import { connectQueue } from '@usher/queue/connect';
import { queueDepth } from '@usher/queue/depth';
import { enqueue } from '@usher/queue/enqueue';
import { createWindow } from '@usher/queue/window';
import { afterAll, expect, test, vi } from 'vitest';
import { createRedisSpace } from '../support/redis.ts';
import { classifyJob, patiently } from './queue-under-test.ts';

const redis = await createRedisSpace();
const queue = connectQueue(redis.url, { role: 'producer' });
afterAll(async () => {
  await queue[Symbol.asyncDispose]();
  await redis.drop();
});

test('hints beyond the window of their lane stay out of the queue until there is room again', async () => {
  let nowMs = 0;
  const window = createWindow(queue, { size: 10, now: () => nowMs });
  const jobs = Array.from({ length: 15 }, (_, at) => classifyJob(at + 1));
  const admitted = window.admit(jobs);
  expect(admitted).toEqual(jobs.slice(0, 10));
  await enqueue(queue, admitted);
  expect(window.admit([classifyJob(99)])).toEqual([]);
  expect(window.admit([classifyJob(1, 'bulk'), { name: 'deliver', payload: { deliveryId: 1 } }])).toHaveLength(2);

  await redis.flush();
  expect(await queueDepth(queue, 'classify-live')).toMatchObject({ waiting: 0 });
  nowMs += 1_000;
  await vi.waitFor(() => expect(window.admit([classifyJob(99)])).toHaveLength(1), patiently);
});
