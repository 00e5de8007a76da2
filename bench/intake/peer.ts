import { serve } from '@hono/node-server';
import { Queue } from 'bullmq';
import { Hono } from 'hono';
import postgres from 'postgres';

/**
 * What one would write in five minutes, as a process of its own: each request is one `queue.add`, and with BENCH_STORE
 * one insert before it.
 */
const { BENCH_REDIS: url = '', BENCH_DATABASE: databaseUrl = '', BENCH_STORE: store, PORT: port } = process.env;
const queue = new Queue('bench-intake', { connection: { url } });
const sql = postgres(databaseUrl, { max: 10, onnotice: () => {} });
await sql`
  create table if not exists bench_intake (
    id bigint primary key generated always as identity, ticket_id text not null unique, subject text not null,
    body text not null, at timestamptz not null default now())`;

const app = new Hono();
app.post('/ticket-webhook', async (c) => {
  const ticket = await c.req.json<{ ticket_id: string; subject: string; body: string }>();
  if (store === 'yes') {
    const { ticket_id: id, subject, body } = ticket;
    await sql`
      insert into bench_intake (ticket_id, subject, body) values (${id}, ${subject}, ${body}) on conflict do nothing`;
  }
  await queue.add('classify', ticket, { removeOnComplete: true });
  return c.json({ ticket_id: ticket.ticket_id, status: 'queued' }, 202);
});
serve({ fetch: app.fetch, port: Number(port), hostname: '127.0.0.1' });
