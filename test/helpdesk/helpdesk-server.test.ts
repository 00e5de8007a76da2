import { connectors } from '@usher/core/connectors/registry';
import type { HelpdeskRequest } from '@usher/core/connectors/request';
import { describe, expect, test } from 'vitest';
import { settingsOf } from '../support/connector-samples.ts';
import { expectedHeaders } from '../support/helpdesk/credentials.ts';
import { type HelpdeskServer, startHelpdesk } from '../support/helpdesk/server.ts';

const writers = connectors.flatMap((connector) =>
  connector.api === null ? [] : [{ ...connector, api: connector.api }],
);

describe.each(writers)('A $name helpdesk', ({ name, api, ...connector }) => {
  const desk = connector.open(settingsOf(name));
  const looks = desk.look('4711');

  async function ask(server: HelpdeskServer, request: HelpdeskRequest, headers: Record<string, string>) {
    const answer = await fetch(server.url + request.path, { method: request.method, headers });
    const body: unknown = await answer.json();
    return { status: answer.status, headers: answer.headers, body };
  }

  async function token(server: HelpdeskServer): Promise<string> {
    if (api.authorisation.kind !== 'oauth2') return '';
    const { app_id: client_id = '', app_secret: client_secret = '' } = server.credentials;
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret });
    const answer = await fetch(server.url + api.authorisation.tokenPath, { method: 'POST', body });
    const given: unknown = await answer.json();
    return String(Object(given)['access_token']);
  }

  test('shows a ticket to who may see it, and to nobody else', async () => {
    await using server = await startHelpdesk(name);
    server.open({ id: '4711', team: '31', tags: ['77'] });
    expect(Object.keys(server.credentials)).toEqual([...connector.credentials]);
    const [look] = looks;
    if (look === undefined) throw new Error('nothing to look at');
    expect(await ask(server, look, {})).toMatchObject({ status: 401 });
    const headers = expectedHeaders(api.authorisation, { ...server, token: await token(server) });
    const answers = [];
    for (const request of looks) answers.push((await ask(server, request, headers)).body);
    expect(desk.current(answers)).toMatchObject({ team: '31' });
    expect(await ask(server, { ...look, path: look.path.replace('4711', '4712') }, headers)).toMatchObject({
      status: 404,
    });
  });

  test('takes no more calls than it says', async () => {
    await using server = await startHelpdesk(name);
    server.open({ id: '4711' });
    const headers = expectedHeaders(api.authorisation, { ...server, token: await token(server) });
    server.limit(1, 30);
    const [look] = looks;
    if (look === undefined) throw new Error('nothing to look at');
    expect((await ask(server, look, headers)).status).toBe(200);
    expect((await ask(server, look, headers)).status).toBe(429);
  });
});

test('a helpdesk may be in trouble: it answers otherwise, cuts the line before or after its work, or does not end', async () => {
  await using server = await startHelpdesk('freshdesk');
  const ticket = server.open({ id: '4711' });
  const { api } = connectors.find(({ name }) => name === 'freshdesk') ?? {};
  if (api == null) throw new Error('no Freshdesk');
  const headers = expectedHeaders(api.authorisation, { ...server, token: '' });
  const add = () =>
    fetch(`${server.url}/api/v2/tickets/4711/notes`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ body: 'A note', private: true }),
      signal: AbortSignal.timeout(10_000),
    });
  server.script({ status: 503, headers: { 'retry-after': '7' } }, 'cut', 'cut_after', null);
  expect((await add()).headers.get('retry-after')).toBe('7');
  await expect(add()).rejects.toThrow('fetch failed');
  expect(ticket.notes).toHaveLength(0);
  await expect(add()).rejects.toThrow('fetch failed');
  expect(ticket.notes).toHaveLength(1);
  expect((await add()).status).toBe(200);
  expect(server.calls.map(({ status }) => status)).toEqual([503, null, null, 200]);

  server.interfere(({ method }) => (method === 'POST' ? 'slow_body' : 'silent'));
  const slow = await add();
  expect(slow.status).toBe(200);
  expect(ticket.notes).toHaveLength(3);
  await slow.body?.cancel();
});
