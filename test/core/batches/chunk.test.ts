import { API_LIMITS, type ChunkLimits, filledWith, fits, isChunkDue, roomInQueue } from '@usher/core/batches/chunk';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';

/** How many requests of these sizes make up the first chunk, and how full it is. */
function fill(sizes: readonly number[], limits: ChunkLimits): ChunkLimits {
  let filled: ChunkLimits = { requests: 0, bytes: 0 };
  for (const size of sizes) {
    if (!fits(size, filled, limits)) break;
    filled = filledWith(size, filled);
  }
  return filled;
}

test('a chunk ends before the request with which it would have too many', () => {
  expect(fill([10, 10, 10], { requests: 2, bytes: 1_000 }).requests).toBe(2);
});

test('a chunk never passes its bytes, envelopes included, unless one request alone does', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1 }),
      fc.integer({ min: 1, max: 2_000 }),
      (sizes, bytes) => {
        const filled = fill(sizes, { requests: 1_000, bytes });
        const body = JSON.stringify({
          requests: sizes.slice(0, filled.requests).map((size) => ({ custom_id: 'a', params: 'x'.repeat(size) })),
        });
        expect(filled.requests).toBeGreaterThan(0);
        if (filled.requests > 1) expect(filled.bytes).toBeLessThanOrEqual(bytes);
        // What is counted is never less than what is sent, but for the frame around all of it.
        expect(body.length - '{"requests":[]}'.length).toBeLessThanOrEqual(filled.bytes + 2 * filled.requests);
      },
    ),
  );
});

test('the limits of the API are those of its documentation', () => {
  expect(API_LIMITS).toEqual({ requests: 100_000, bytes: 256_000_000 });
});

test('what is queued with Claude leaves room up to the limit, and none beyond', () => {
  expect(roomInQueue({ queued: 150, limit: 200 })).toBe(50);
  expect(roomInQueue({ queued: 250, limit: 200 })).toBe(0);
});

test.each([
  ['nobody waits', { awaiting: 0, oldestMs: 0 }, false],
  ['some wait, but not for long', { awaiting: 3, oldestMs: 29_000 }, false],
  ['some have waited for company long enough', { awaiting: 3, oldestMs: 30_000 }, true],
  ['there are enough for a chunk', { awaiting: 100, oldestMs: 0 }, true],
])('whether a chunk is begun when %s: %o', (_when, waiting, isDue) => {
  expect(isChunkDue({ ...waiting, size: 100, gatherMs: 30_000 })).toBe(isDue);
});
