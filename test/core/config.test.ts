import { ConfigInvalid, readConfig } from '@usher/core/config';
import { expect, test } from 'vitest';

test('without any setting there are defaults, the local engine and fifteen minutes', () => {
  expect(readConfig({})).toMatchObject({
    PORT: 3000,
    engine: 'local',
    USHER_MODE: 'auto',
    USHER_MAX_AGE: 900_000,
    queueUrl: undefined,
  });
});

test('an empty setting means its default', () => {
  expect(readConfig({ PORT: '', USHER_MODE: ' ', USHER_MAX_AGE: '' })).toMatchObject({
    PORT: 3000,
    USHER_MODE: 'auto',
    USHER_MAX_AGE: 900_000,
  });
});

test('with a key for Claude the engine is the cascade, unless told otherwise', () => {
  expect(readConfig({ ANTHROPIC_API_KEY: 'key' }).engine).toBe('cascade');
  expect(readConfig({ ANTHROPIC_API_KEY: 'key', USHER_ENGINE: 'local' }).engine).toBe('local');
  expect(() => readConfig({ USHER_ENGINE: 'claude' })).toThrow('claude needs ANTHROPIC_API_KEY');
});

test('the queue is QUEUE_URL, else REDIS_URL, else the database', () => {
  const all = { QUEUE_URL: 'redis://one', REDIS_URL: 'redis://two', DATABASE_URL: 'postgres://three' };
  expect(readConfig(all).queueUrl).toBe('redis://one');
  expect(readConfig({ ...all, QUEUE_URL: '' }).queueUrl).toBe('redis://two');
  expect(readConfig({ ...all, QUEUE_URL: '', REDIS_URL: '' }).queueUrl).toBe('postgres://three');
});

test.each([
  ['90s', 90_000],
  ['15m', 900_000],
  ['2h', 7_200_000],
  ['7d', 604_800_000],
])('a duration of %s is %i milliseconds', (written, milliseconds) => {
  expect(readConfig({ USHER_MAX_AGE: written }).USHER_MAX_AGE).toBe(milliseconds);
});

test('every problem is listed at once', () => {
  const bad = {
    PORT: '99999',
    DATABASE_URL: 'mysql://x',
    USHER_API_KEY: 'short',
    USHER_ENGINE: 'oracle',
    USHER_MAX_AGE: 'soon',
    USHER_CONCURRENCY: 'many',
  };
  const read = () => readConfig(bad);
  expect(read).toThrow(ConfigInvalid);
  for (const name of Object.keys(bad)) expect(read).toThrow(`  - ${name}: `);
});
