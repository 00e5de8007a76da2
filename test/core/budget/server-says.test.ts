import { readServerSays } from '@usher/core/budget/server-says';
import { expect, test } from 'vitest';

const read = (headers: Record<string, string>) => readServerSays((name) => new Headers(headers).get(name));

test('An answer says what its limits are, and what is left of them', () => {
  expect(
    read({
      'anthropic-ratelimit-requests-limit': '1000',
      'anthropic-ratelimit-requests-remaining': '0',
      'anthropic-ratelimit-input-tokens-limit': '2000000',
      'anthropic-ratelimit-input-tokens-remaining': '1999000',
      'anthropic-ratelimit-output-tokens-limit': '400000',
      'anthropic-ratelimit-output-tokens-remaining': '399000',
    }),
  ).toEqual({
    limits: { requests: 1_000, inputTokens: 2_000_000, outputTokens: 400_000 },
    remaining: { requests: 0, inputTokens: 1_999_000, outputTokens: 399_000 },
  });
});

test.each(['', 'many', '-1', '1e9', '0x10', '99999999999999999999', '1.5'])('A limit of "%s" says nothing', (value) => {
  expect(read({ 'anthropic-ratelimit-requests-limit': value })).toEqual({ limits: {}, remaining: {} });
});

test('A limit of nothing is not believed, but that nothing remains is', () => {
  expect(read({ 'anthropic-ratelimit-requests-limit': '0', 'anthropic-ratelimit-requests-remaining': '0' })).toEqual({
    limits: {},
    remaining: { requests: 0 },
  });
});
