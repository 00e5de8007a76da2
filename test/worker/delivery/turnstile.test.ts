import { createTurnstile, ReceiverBusy } from '@usher/worker/delivery/turnstile';
import { expect, test } from 'vitest';

test('lets so many at a time to a receiver, refuses the next and lets others through', async () => {
  const turnstile = createTurnstile(2);
  const held = Promise.withResolvers<void>();
  const inside = [turnstile('slow', () => held.promise), turnstile('slow', () => held.promise)];
  await expect(turnstile('slow', async () => 'in')).rejects.toThrow(ReceiverBusy);
  expect(await turnstile('quick', async () => 'in')).toBe('in');
  held.resolve();
  await Promise.all(inside);
  expect(await turnstile('slow', async () => 'in')).toBe('in');
});

test('bids come again the later, the longer calls to the receiver take', async () => {
  let nowMs = 0;
  const turnstile = createTurnstile(1, () => nowMs);
  const refusedFor = async () => {
    const thrown: unknown = await turnstile('one', async () => 'in').catch((error: unknown) => error);
    return thrown instanceof ReceiverBusy ? thrown.retry.afterMs : undefined;
  };
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const two = createTurnstile(2, () => nowMs);
  const slow = [two('one', () => first.promise), two('one', () => second.promise)];
  nowMs = 8_000;
  first.resolve();
  await slow[0];
  const third = two('one', () => first.promise.then(() => second.promise));
  const thrown: unknown = await two('one', async () => 'in').catch((error: unknown) => error);
  expect(thrown instanceof ReceiverBusy && thrown.retry.afterMs).toBeGreaterThanOrEqual(16_000);
  second.resolve();
  await Promise.all([...slow, third]);

  const held = turnstile('one', () => first.promise.then(() => new Promise<void>((resolve) => setImmediate(resolve))));
  const afterMs = (await refusedFor()) ?? 0;
  expect(afterMs).toBeGreaterThanOrEqual(1_000);
  expect(afterMs).toBeLessThanOrEqual(2_000);
  await held;
});
