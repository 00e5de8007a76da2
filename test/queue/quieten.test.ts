import { quieten } from '@usher/queue/quieten';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('The same trouble is told once in ten seconds, and another one at once', () => {
  const told: string[] = [];
  const tell = quieten((error) => void told.push(error.message));

  tell(new Error('refused'));
  tell(new Error('refused'));
  expect(told).toEqual(['refused']);

  tell(new Error('reset'));
  expect(told).toEqual(['refused', 'reset']);

  vi.advanceTimersByTime(9_999);
  tell(new Error('reset'));
  expect(told).toEqual(['refused', 'reset']);

  vi.advanceTimersByTime(1);
  tell(new Error('reset'));
  expect(told).toEqual(['refused', 'reset', 'reset']);
});
