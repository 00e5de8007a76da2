import { waitSeconds } from '@usher/api/prefer';
import { expect, test } from 'vitest';

test.each([
  ['wait=10', 10],
  ['Wait = 10', 10],
  ['wait="10"', 10],
  ['respond-async, wait=5', 5],
  ['wait=5; foo=bar', 5],
  ['wait=5, wait=10', 5],
  ['wait=0', 0],
  ['wait=31', 30],
  ['wait=999999999', 30],
])('%s asks for %i seconds', (header, seconds) => {
  expect(waitSeconds(header)).toBe(seconds);
});

test.each([
  undefined,
  '',
  'wait',
  'wait=',
  'wait=-1',
  'wait=1.5',
  'wait=soon',
  'waiting=5',
  'respond-async',
  '=5',
  ',;,',
])('%s asks for no wait', (header) => {
  expect(waitSeconds(header)).toBeUndefined();
});

test('an invalid wait is ignored even if a valid one follows, since the first one counts', () => {
  expect(waitSeconds('wait=soon, wait=5')).toBeUndefined();
});
