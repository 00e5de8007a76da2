import postgres from 'postgres';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { openApi } from './api-under-test.ts';

test('a fault of ours is answered 500 with an id that is in the log too, and neither quotes the ticket', async () => {
  await using api = await openApi();
  expect((await api.send('/v1/tickets')).status).toBe(200);
  const sql = postgres(api.databaseUrl, { max: 1, onnotice: () => {} });
  await sql`drop table tickets cascade`;
  await sql.end();
  const ticket = {
    ticket_id: 'secret-id',
    subject: 'secret subject',
    body: 'secret body',
    metadata: { secret: 'secret' },
  };
  const { status, body, headers, text } = await api.send('/ticket-webhook', { body: ticket });
  expect(status).toBe(500);
  expect(headers.get('Content-Type')).toBe('application/problem+json');
  const { id, code } = z.looseObject({ id: z.uuid(), code: z.string() }).parse(body);
  expect(code).toBe('unexpected');
  const line = api.logged.find(({ event }) => event === 'failed_unexpectedly');
  expect(line).toMatchObject({ id, method: 'POST', path: '/ticket-webhook' });
  expect(JSON.stringify(line)).toContain('42P01');
  expect(text).not.toContain('secret');
  expect(JSON.stringify(api.logged)).not.toContain('secret');
  expect((await api.send('/metrics')).text).toMatch(/^usher_unexpected_errors_total 1$/m);
});
