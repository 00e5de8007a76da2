import { findTicket } from '@usher/db/find-ticket';
import { afterAll, expect, test } from 'vitest';
import { type Answer, openApi } from './api-under-test.ts';

const api = await openApi();
afterAll(() => api[Symbol.asyncDispose]());

const MIB = 1_048_576;

function post(body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  return api.send('/ticket-webhook', { body, headers });
}

function ticket(ticketId: string, given: Record<string, unknown> = {}) {
  return { ticket_id: ticketId, subject: 'Charged twice', body: 'Two charges for order 1182.', ...given };
}

async function storedBody(externalId: string): Promise<string | undefined> {
  return (await findTicket(api.db, { source: 'api', externalId }))?.body;
}

/** JSON text of exactly so many bytes, with a body of letters that the ticket schema takes as long as it may be. */
function padded(ticketId: string, bytes: number): string {
  const empty = JSON.stringify(ticket(ticketId, { body: 'x'.repeat(1_000) }));
  return `${' '.repeat(bytes - empty.length)}${empty}`;
}

test.each([
  ['{"ticket_id": "T-1", "body": }', /Unexpected token '}'.*"body": }/s],
  ['{"ticket_id": "T-1",}', /line 1 column 21/],
  ['{"ticket_id": "T-1"', /position 19/],
  ['{"ticket_id": "T-1"} x', /line 1 column 22/],
  ['{"ticket_id": "T-1",\n "body": "a\nb"}', /line 2 column 12/],
  ["{'ticket_id': 'T-1'}", /position 1/],
  ['ticket', /not valid JSON/],
  ['', /end of JSON/],
  ['\u0000', /not valid JSON/],
])('the body %j is refused, naming the place', async (body, place) => {
  const answer = await post(body);
  expect([answer.status, answer.body]).toMatchObject([
    400,
    { code: 'body_malformed', detail: expect.stringMatching(place) },
  ]);
});

test('a body that is not UTF-8 is refused instead of being stored garbled', async () => {
  const answer = await post(Uint8Array.from([...Buffer.from('{"ticket_id": "T-1", "body": "'), 0xe9, 0x22, 0x7d]));
  expect([answer.status, answer.body]).toMatchObject([
    400,
    { code: 'body_malformed', detail: expect.stringContaining('UTF-8') },
  ]);
});

test.each([undefined, 'text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', 'json'])(
  'a body of type %s is refused',
  async (type) => {
    const answer = await post(JSON.stringify(ticket('CT-1')), { 'Content-Type': type ?? '' });
    expect([answer.status, answer.body]).toMatchObject([415, { code: 'content_type_unsupported' }]);
  },
);

test.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON', 'application/vnd.desk+json'])(
  'a body of type %s is read',
  async (type) => {
    expect((await post(ticket('CT-2'), { 'Content-Type': type })).status).toBe(202);
  },
);

test.each([
  [{}, ['ticket_id', 'body']],
  [[], ['$']],
  [null, ['$']],
  ['text', ['$']],
  [42, ['$']],
  [{ ticket_id: 'T-1' }, ['body']],
  [{ body: 'x' }, ['ticket_id']],
  [{ ticket_id: '', body: 'x' }, ['ticket_id']],
  [{ ticket_id: ' \u0000 ', body: 'x' }, ['ticket_id']],
  [{ ticket_id: 'x'.repeat(201), body: 'x' }, ['ticket_id']],
  [{ ticket_id: 1.5, body: 'x' }, ['ticket_id']],
  [{ ticket_id: 1e20, body: 'x' }, ['ticket_id']],
  [{ ticket_id: true, body: 'x' }, ['ticket_id']],
  [{ ticket_id: { id: 1 }, body: 'x' }, ['ticket_id']],
  [{ ticket_id: 'T-1', body: '' }, ['body']],
  [{ ticket_id: 'T-1', subject: ' ', body: ' \n ' }, ['body']],
  [{ ticket_id: 'T-1', body: null }, ['body']],
  [{ ticket_id: 'T-1', body: 5 }, ['body']],
  [{ ticket_id: 'T-1', body: ['x'] }, ['body']],
  [{ ticket_id: 'T-1', body: 'x'.repeat(500_001) }, ['body']],
  [{ ticket_id: 'T-1', body: 'x', subject: 'x'.repeat(2_001) }, ['subject']],
  [{ ticket_id: 'T-1', body: 'x', requester: {} }, ['requester']],
  [{ ticket_id: 'T-1', body: 'x', language: 'x'.repeat(36) }, ['language']],
  [{ ticket_id: 'T-1', body: 'x', created_at: 'yesterday' }, ['created_at']],
  [{ ticket_id: 'T-1', body: 'x', created_at: 1_700_000_000 }, ['created_at']],
  [{ ticket_id: 'T-1', body: 'x', created_at: '0000-01-01T00:00:00Z' }, ['created_at']],
  [{ ticket_id: 'T-1', body: 'x', updated_at: '9999-12-31T23:59:59-23:00' }, ['updated_at']],
  [{ ticket_id: 'T-1', body: 'x', metadata: [] }, ['metadata']],
  [{ ticket_id: 'T-1', body: 'x', metadata: 'x' }, ['metadata']],
  [{ ticket_id: true, subject: 5, body: 5 }, ['ticket_id', 'subject', 'body']],
])('%j is refused, naming %j', async (body, fields) => {
  const answer = await post(JSON.stringify(body));
  expect([answer.status, answer.body]).toMatchObject([
    422,
    { code: 'invalid', errors: fields.map((field) => ({ field, message: expect.stringMatching(/./) })) },
  ]);
});

test('metadata nested beyond reason is refused', async () => {
  const deep = `${'['.repeat(400_000)}${']'.repeat(400_000)}`;
  const answer = await post(`{"ticket_id": "T-1", "body": "x", "metadata": {"a": ${deep}}}`);
  expect([answer.status, answer.body]).toMatchObject([422, { errors: [{ field: 'metadata' }] }]);
});

test('a body just under the limit is taken, and one byte more is not', async () => {
  expect((await post(padded('L-1', MIB))).status).toBe(202);
  const over = await post(padded('L-2', MIB + 1));
  expect([over.status, over.body]).toMatchObject([413, { code: 'body_too_large', max_bytes: MIB }]);
  expect(await storedBody('L-2')).toBeUndefined();
});

test('the limit holds for a body that announces its length and for one that does not', async () => {
  const announced = await post(padded('L-3', MIB + 1), { 'Content-Length': String(MIB + 1) });
  expect(announced.status).toBe(413);
  const chunks = Array.from({ length: 17 }, () => new TextEncoder().encode(' '.repeat(65_536)));
  expect((await post(ReadableStream.from(chunks))).status).toBe(413);
});

test('a batch may be larger than a single ticket, and has a limit of its own', async () => {
  const many = (tickets: number) =>
    JSON.stringify({
      tickets: Array.from({ length: tickets }, (_, at) => ticket(`BL-${at}`, { body: 'x'.repeat(400_000) })),
    });
  expect((await api.send('/v1/tickets', { body: many(4) })).status).toBe(202);
  expect((await api.send('/v1/tickets', { body: many(42) })).status).toBe(413);
});

test('ten thousand lines of quoted history are stored as they are', async () => {
  const body = `Still not solved.\n\n${'> On Monday you wrote: have you tried again?\n'.repeat(10_000)}`;
  expect((await post(ticket('Q-1', { body }))).status).toBe(202);
  expect(await storedBody('Q-1')).toBe(body);
});

test.each([
  ['Arabic', 'تم خصم المبلغ مرتين من بطاقتي'],
  ['Chinese', '我被收了两次费用'],
  ['Hindi with combining marks', 'मुझसे दो बार शुल्क लिया गया'],
  ['only emoji', '😡💳💳👩‍👩‍👧‍👦'],
  ['only a right-to-left mark', '\u200f'],
  ['HTML', '<p>Two <b>charges</b></p><script>alert(1)</script>'],
  ['SQL', "'); drop table tickets; --"],
  ['template', '${jndi:ldap://x} {{7*7}} %s %00'],
])('a body in %s is stored as it is', async (name, body) => {
  expect((await post(ticket(`I-${name}`, { subject: '', body }))).status).toBe(202);
  expect(await storedBody(`I-${name}`)).toBe(body);
});

test('NUL bytes and lone surrogates are taken out, wherever they stand', async () => {
  const dirty = 'a\\u0000b\\ud800c';
  const answer = await post(
    `{"ticket_id": "N\\u0000-1", "subject": "${dirty}", "body": "${dirty}", "requester": "${dirty}",
      "channel": "${dirty}", "language": "${dirty}", "metadata": {"${dirty}": ["${dirty}", {"${dirty}": null}]}}`,
  );
  expect([answer.status, answer.body]).toEqual([202, { ticket_id: 'N-1', status: 'queued' }]);
  const clean = 'ab\ufffdc';
  expect(await findTicket(api.db, { source: 'api', externalId: 'N-1' })).toMatchObject({
    subject: clean,
    body: clean,
    requester: clean,
    channel: clean,
    language: clean,
    metadata: { [clean]: [clean, { [clean]: null }] },
  });
});

test('fields that nobody knows are left aside', async () => {
  const answer = await post({ ...ticket('U-1'), __proto__: { admin: true }, constructor: 1, priority: 'urgent' });
  expect(answer.status).toBe(202);
});

test.each(['/ticket-webhook/', '/v1', '/v1/ticket', '/v1/tickets/1/2/3', '/%00', '/v1/%E0%A4%A'])(
  'GET %s leads nowhere',
  async (path) => {
    const { status, body } = await api.send(path, { key: null });
    expect([status, body]).toMatchObject([404, { code: 'not_found' }]);
  },
);

test.each([
  ['GET', '/ticket-webhook', 'POST'],
  ['PUT', '/v1/tickets', 'POST, GET, HEAD'],
  ['DELETE', '/v1/tickets/1', 'GET, HEAD'],
  ['GET', '/v1/tickets/1/corrections', 'POST'],
  ['POST', '/v1/taxonomy', 'GET, HEAD, PUT'],
  ['POST', '/livez', 'GET, HEAD'],
  ['OPTIONS', '/v1/tickets', 'POST, GET, HEAD'],
])('%s %s is not possible, and the answer says what is', async (method, path, allow) => {
  const { status, body, headers } = await api.send(path, { method });
  expect([status, body, headers.get('Allow')]).toMatchObject([405, { code: 'method_not_allowed' }, allow]);
});

test('every refusal is a problem document and carries the headers that keep browsers safe', async () => {
  const { headers, body } = await post('{');
  expect(headers.get('Content-Type')).toBe('application/problem+json');
  expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
  expect(headers.get('Content-Security-Policy')).toBe("default-src 'none'; frame-ancestors 'none'");
  expect(body).toMatchObject({ type: 'about:blank', title: 'Bad Request', status: 400 });
});
