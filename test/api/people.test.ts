import { inviteFirst } from '@usher/db/invitations';
import postgres from 'postgres';
import { afterAll, expect, test } from 'vitest';
import { type Answer, openApi, type Sent } from './api-under-test.ts';

const api = await openApi();
const sql = postgres(api.databaseUrl, { max: 1 });
afterAll(async () => {
  await sql.end();
  await api[Symbol.asyncDispose]();
});

const OWN = { 'Sec-Fetch-Site': 'same-origin' };
const PASSWORD = 'a sentence is a good password';

/** What a browser sends that keeps the cookie it was given. */
function browse(path: string, { cookie, ...sent }: Sent & { cookie?: string } = {}): Promise<Answer> {
  const headers = { ...OWN, ...(cookie !== undefined && { Cookie: cookie }), ...sent.headers };
  return api.send(path, { ...sent, key: null, headers });
}

function cookieOf({ headers }: Answer): string {
  return headers.get('Set-Cookie')?.split(';')[0] ?? '';
}

function tokenOf({ body }: Answer): string {
  return body !== null && typeof body === 'object' && 'token' in body ? String(body.token) : '';
}

async function join(email: string, roles: string[]): Promise<string> {
  const token = tokenOf(await api.send('/v1/people', { body: { email, roles } }));
  return cookieOf(await browse('/v1/welcome', { body: { token, email, name: 'Ana', password: PASSWORD } }));
}

test('the first administrator comes by a link that works once, and nobody after that', async () => {
  const stale = await inviteFirst(api.db, 'test');
  const token = await inviteFirst(api.db, 'test');
  const welcome = { email: ' First@Example.com', name: 'First', password: PASSWORD };
  expect((await browse('/v1/welcome', { body: { ...welcome, token: stale } })).status).toBe(404);
  const arrived = await browse('/v1/welcome', { body: { ...welcome, token } });
  expect([arrived.status, arrived.body]).toEqual([
    200,
    { email: 'first@example.com', name: 'First', roles: ['admin'] },
  ]);
  expect((await browse('/v1/welcome', { body: { ...welcome, token } })).status).toBe(404);
  expect(await inviteFirst(api.db, 'test')).toBeNull();
});

test('the cookie is for this host alone, and no script can read it', async () => {
  const token = tokenOf(await api.send('/v1/people', { body: { email: 'c@example.com', roles: ['agent'] } }));
  const answer = await browse('/v1/welcome', {
    body: { token, email: 'c@example.com', name: 'C', password: PASSWORD },
  });
  const [pair, ...attributes] = answer.headers.get('Set-Cookie')?.split('; ') ?? [];
  expect(pair).toMatch(/^__Host-usher=[\w-]{43}$/);
  expect(attributes.toSorted()).toEqual(['HttpOnly', 'Path=/', 'SameSite=Strict', 'Secure']);
});

test('somebody signs in, is known, and signs out', async () => {
  await join('in@example.com', ['agent']);
  const signedIn = await browse('/v1/session', { body: { email: 'IN@example.com', password: PASSWORD } });
  const cookie = cookieOf(signedIn);
  expect((await browse('/v1/session', { cookie })).body).toEqual({
    email: 'in@example.com',
    name: 'Ana',
    roles: ['agent'],
  });
  expect((await browse('/v1/session', { method: 'DELETE', cookie })).status).toBe(204);
  expect(await browse('/v1/session', { cookie })).toMatchObject({ status: 401, body: { code: 'session_ended' } });
});

test('signing out everywhere ends every session of the person, and of nobody else', async () => {
  const first = await join('many@example.com', ['agent']);
  const other = await join('other@example.com', ['agent']);
  const second = cookieOf(await browse('/v1/session', { body: { email: 'many@example.com', password: PASSWORD } }));
  expect((await browse('/v1/sessions', { method: 'DELETE', cookie: second })).status).toBe(204);
  const statuses = [first, second, other].map(async (cookie) => (await browse('/v1/session', { cookie })).status);
  expect(await Promise.all(statuses)).toEqual([401, 401, 200]);
});

test('a session ends when nobody uses it, and at the latest after its longest time', async () => {
  const cookie = await join('idle@example.com', ['agent']);
  const old = await join('old@example.com', ['agent']);
  const of = (email: string) => sql`person_id = (select id from people where email = ${email})`;
  await sql`update sessions set seen_at = now() - interval '2 hours 1 second' where ${of('idle@example.com')}`;
  await sql`update sessions set ends_at = now() where ${of('old@example.com')}`;
  const statuses = [cookie, old].map(async (one) => (await browse('/v1/session', { cookie: one })).status);
  expect(await Promise.all(statuses)).toEqual([401, 401]);
});

test.each([
  ['a wrong password', { email: 'wrong@example.com', password: 'something else' }],
  ['an unknown address', { email: 'nobody@example.com', password: PASSWORD }],
])('%s is refused in the same words', async (_what, given) => {
  await join('wrong@example.com', ['agent']);
  const { status, body, headers } = await browse('/v1/session', { body: given });
  expect([status, body]).toMatchObject([
    401,
    { code: 'sign_in_failed', detail: 'The address or the password is wrong.' },
  ]);
  expect(headers.get('Set-Cookie')).toBeNull();
});

test('after several wrong passwords even the right one has to wait, until an invitation is taken', async () => {
  const email = 'locked@example.com';
  await join(email, ['agent']);
  const wrong = { email, password: 'not the right one' };
  for (let attempt = 1; attempt <= 6; attempt += 1) {
    expect((await browse('/v1/session', { body: wrong })).status).toBe(401);
  }
  const locked = await browse('/v1/session', { body: { email, password: PASSWORD } });
  expect(locked).toMatchObject({ status: 429, body: { code: 'sign_in_locked' } });
  expect(Number(locked.headers.get('Retry-After'))).toBeGreaterThan(0);
  const [row] = await sql`select id from people where email = ${email}`;
  const token = tokenOf(await api.send(`/v1/people/${row?.['id']}/invitation`, { method: 'POST' }));
  const back = await browse('/v1/welcome', { body: { token, email, name: 'Back', password: `${PASSWORD}!` } });
  expect(back.status).toBe(200);
});

test('a new password signs everybody out who knew the old one', async () => {
  const cookie = await join('new@example.com', ['agent']);
  const [row] = await sql`select id from people where email = 'new@example.com'`;
  const token = tokenOf(await api.send(`/v1/people/${row?.['id']}/invitation`, { method: 'POST' }));
  expect((await browse('/v1/session', { cookie })).status).toBe(200);
  await browse('/v1/welcome', { body: { token, email: 'new@example.com', name: 'New', password: `${PASSWORD}?` } });
  expect((await browse('/v1/session', { cookie })).status).toBe(401);
});

test.each([
  ['another site', { 'Sec-Fetch-Site': 'cross-site' }],
  ['a page that was typed in', { 'Sec-Fetch-Site': 'none' }],
  ['a neighbour', { 'Sec-Fetch-Site': 'same-site' }],
  ['an old browser on another site', { Origin: 'https://evil.example', Host: 'usher.example' }],
  ['nobody knows where', {}],
])('what %s makes a browser send changes nothing', async (_who, headers: Record<string, string>) => {
  const cookie = await join(`x-${Object.values(headers).join('-').replaceAll(/\W/g, '')}@example.com`, ['admin']);
  const body = { email: 'evil@example.com', roles: ['admin'] };
  const sent = { headers: { Cookie: cookie, ...headers }, key: null };
  expect(await api.send('/v1/people', { ...sent, body })).toMatchObject({ status: 403, body: { code: 'cross_site' } });
  const signIn = { email: 'in@example.com', password: PASSWORD };
  expect((await api.send('/v1/session', { ...sent, body: signIn })).status).toBe(403);
  expect((await sql`select from people where email = 'evil@example.com'`).length).toBe(0);
});

test('an old browser that says its own origin is let in', async () => {
  const headers = { Origin: 'http://usher.example:3000', Host: 'usher.example:3000' };
  const body = { email: 'in@example.com', password: PASSWORD };
  expect((await api.send('/v1/session', { key: null, headers, body })).status).toBe(200);
});

test('a form of another site cannot carry JSON, and nothing else is read', async () => {
  const headers = { ...OWN, 'Content-Type': 'text/plain' };
  const body = JSON.stringify({ email: 'in@example.com', password: PASSWORD });
  expect((await api.send('/v1/session', { key: null, headers, body })).status).toBe(415);
});

test('administrators invite, change roles and shut out; whoever is shut out is out at once', async () => {
  const cookie = await join('leaver@example.com', ['agent', 'ops']);
  const [row] = await sql`select id from people where email = 'leaver@example.com'`;
  const path = `/v1/people/${row?.['id']}`;
  const again = await api.send('/v1/people', { body: { email: 'leaver@example.com', roles: ['agent'] } });
  expect(again).toMatchObject({ status: 409, body: { code: 'known_already' } });
  const changed = await api.send(path, { method: 'PATCH', body: { roles: ['ops'] } });
  expect(changed).toMatchObject({ status: 200, body: { roles: ['ops'], state: 'active' } });
  expect(await browse('/v1/session', { cookie })).toMatchObject({ body: { roles: ['ops'] } });
  await api.send(path, { method: 'PATCH', body: { disabled: true } });
  expect((await browse('/v1/session', { cookie })).status).toBe(401);
  const body = { email: 'leaver@example.com', password: PASSWORD };
  expect((await browse('/v1/session', { body })).status).toBe(401);
  expect((await api.send(`${path}/invitation`, { method: 'POST' })).status).toBe(404);
  const { body: listed } = await api.send('/v1/people');
  expect(listed).toMatchObject({
    people: expect.arrayContaining([expect.objectContaining({ email: 'leaver@example.com', state: 'disabled' })]),
  });
  expect(JSON.stringify(listed)).not.toMatch(/argon2|hash/);
});

test('the last administrator stays one, also when two shut each other out', async () => {
  await using lonely = await openApi();
  const admins = ['one@example.com', 'two@example.com'];
  const ids: number[] = [];
  for (const email of admins) {
    const invited = await lonely.send('/v1/people', { body: { email, roles: ['admin'] } });
    const body = { token: tokenOf(invited), email, name: 'Admin', password: PASSWORD };
    await lonely.send('/v1/welcome', { key: null, headers: OWN, body });
    const own = postgres(lonely.databaseUrl, { max: 1 });
    ids.push(Number((await own`select id from people where email = ${email}`)[0]?.['id']));
    await own.end();
  }
  const out = { method: 'PATCH', body: { disabled: true } };
  const answers = await Promise.all(ids.map((id) => lonely.send(`/v1/people/${id}`, out)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]));
});

test.each([
  ['a short password', { password: 'short' }, 'password'],
  ['no name', { name: '  ' }, 'name'],
  ['no address', { email: 'nowhere' }, 'email'],
  ['something unheard of', { admin: true }, 'admin'],
])('%s is refused with the reason', async (_what, changed, field) => {
  const body = { token: 'x', email: 'a@example.com', name: 'A', password: PASSWORD, ...changed };
  const { status, text } = await browse('/v1/welcome', { body });
  expect([status, text]).toEqual([422, expect.stringContaining(field)]);
});

test('who did what stands in the audit log, and no password or token does', async () => {
  const rows = await sql`select actor, verb from audit where verb like 'person.%' or verb like 'session.%'`;
  const verbs = new Set(rows.map(({ verb }) => String(verb)));
  expect([...verbs].toSorted()).toEqual([
    'person.arrive',
    'person.change',
    'person.invite',
    'person.invite_again',
    'person.invite_first',
    'session.open',
  ]);
  expect(JSON.stringify(await sql`select * from audit`)).not.toContain(PASSWORD);
  expect(JSON.stringify(api.logged)).not.toContain(PASSWORD);
});
