import { TicketDraft } from '@usher/core/ticket';
import { expect, test } from 'vitest';

function read(given: Record<string, unknown>) {
  return TicketDraft.safeParse({ ticket_id: 'T-1', body: 'Two charges.', ...given });
}

function nested(levels: number): unknown {
  let value: unknown = 'deep';
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}

test('NUL bytes and lone surrogates leave metadata, in its values and in its keys', () => {
  const { data } = read({ metadata: { 'a\u0000b': 'c\u0000d', list: [{ 'k\ud800': '\udc00' }] } });
  expect(data?.metadata).toEqual({ ab: 'cd', list: [{ 'k\ufffd': '\ufffd' }] });
});

test('metadata keeps every kind of JSON value', () => {
  const metadata = { text: 'x', number: -1.5, yes: true, none: null, list: [1, ['2']], nested: { a: { b: [] } } };
  expect(read({ metadata }).data?.metadata).toEqual(metadata);
});

test('metadata that is nested more deeply than anyone needs is refused and never exhausts the stack', () => {
  expect(read({ metadata: { a: nested(31) } }).success).toBe(true);
  expect(read({ metadata: { a: nested(32) } }).success).toBe(false);
  expect(read({ metadata: { a: nested(200_000) } }).error?.issues[0]?.path).toEqual(['metadata']);
});

test('a number that JSON cannot hold is refused in metadata', () => {
  expect(read({ metadata: { a: JSON.parse('1e999') } }).success).toBe(false);
});

test.each([
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00+10:00',
  '9999-12-31T23:59:59-10:00',
  'yesterday',
  '2026-02-30T00:00:00Z',
])('the moment %s is refused', (created_at) => {
  expect(read({ created_at }).error?.issues[0]?.path).toEqual(['created_at']);
});

test.each(['0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '2026-05-01T10:00:00.123456+02:00'])(
  'the moment %s is kept',
  (created_at) => {
    expect(read({ created_at }).data?.created_at).toEqual(new Date(created_at));
  },
);

test('a whole number is taken as an id, and its text is what counts', () => {
  expect(read({ ticket_id: 42 }).data?.ticket_id).toBe('42');
});
