import { trainInThread } from '@usher/engines/local/train-in-thread';
import { TrainingFailed } from '@usher/engines/local/failures';
import { deserialise } from '@usher/engines/local/serialise';
import { trainLocalModel } from '@usher/engines/local/train';
import { expect, test } from 'vitest';
import { garden, gardenExamples } from './local-desk.ts';

const examples = gardenExamples(20);

test('a thread learns the same model as this one would', async () => {
  const { content, verdict } = await trainInThread(examples, garden, { seed: 4 });
  expect(verdict).toEqual({ kind: 'passed', comparison: null });
  expect(deserialise(content).id).toBe(trainLocalModel(examples, garden, { seed: 4 }).id);
});

test('a thread that breaks fails the training and not the process', async () => {
  const unreadable = [{ subject: '', body: Object.create(null), category: 'plants', subcategory: null, weight: 1 }];
  const failure = await trainInThread(unreadable, garden, { seed: 4 }).catch((thrown: unknown) => thrown);
  expect(failure).toBeInstanceOf(TrainingFailed);
  expect(failure).toMatchObject({ code: 'training_failed', retry: 'backoff' });
});

test('an aborted training ends with its reason, before and after it began', async () => {
  const stop = new AbortController();
  const running = trainInThread(examples, garden, { seed: 4, signal: stop.signal });
  stop.abort(new Error('going home'));
  await expect(running).rejects.toThrow('going home');
  await expect(trainInThread(examples, garden, { seed: 4, signal: stop.signal })).rejects.toThrow('going home');
});
