import { askedPauseMs } from '@usher/core/connectors/pace';
import { connectors } from '@usher/core/connectors/registry';
import { describe, expect, test } from 'vitest';
import { limitHeaders } from '../../support/helpdesk/limits.ts';

const now = new Date('2026-11-23T08:00:00Z');
const writers = connectors.flatMap(({ name, api }) => (api === null ? [] : [name]));

function headersOf(name: string, remaining: number): Record<string, string> {
  const headers = limitHeaders[name];
  if (headers === undefined) throw new Error(`nobody says how ${name} tells its limit`);
  return headers({ limit: 40, remaining, seconds: 30, now });
}

describe.each(writers)('%s', (name) => {
  test('is left alone for as long as it asks when it refuses a call', () => {
    const asked = askedPauseMs({ status: 429, headers: headersOf(name, -1) }, now);
    expect(asked).toBe(name === 'zammad' ? 60_000 : 30_000);
  });

  test('is called on while it allows more calls', () => {
    expect(askedPauseMs({ status: 200, headers: headersOf(name, 1) }, now)).toBe(0);
  });
});

test.each(['front', 'hubspot', 'intercom', 'jira'])(
  '%s is left alone before it refuses, because it says when its limit is reset',
  (name) => {
    expect(askedPauseMs({ status: 200, headers: headersOf(name, 0) }, now)).toBe(30_000);
  },
);

test.each([
  [429, '120', 120_000],
  [503, '7', 7_000],
  [500, 'Mon, 23 Nov 2026 08:01:00 GMT', 60_000],
  [429, 'Mon, 23 Nov 2020 08:01:00 GMT', 0],
  [429, 'soon', 60_000],
  [503, 'soon', 0],
  [429, '99999999', 24 * 3_600_000],
  [200, '30', 0],
  [500, undefined, 0],
])('%i with retry-after "%s" asks for a pause of %i ms', (status, after, pauseMs) => {
  expect(askedPauseMs({ status, headers: after === undefined ? {} : { 'retry-after': after } }, now)).toBe(pauseMs);
});
