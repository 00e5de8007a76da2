import { TicketDraft } from '@usher/core/ticket';
import { writeDownChunk } from '@usher/db/batches/write-down-chunk';
import { moveChunk } from '@usher/db/batches/move-chunk';
import { findTicket } from '@usher/db/find-ticket';
import { receiveTickets } from '@usher/db/receive-tickets';
import { runProgram } from '@usher/cli/program';
import { Screen } from '@usher/cli/screen';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeRelease } from '../db/decision.ts';
import { openDesk, type SupportDesk } from '../worker/support-desk.ts';

describe('usher batches', () => {
  let desk: SupportDesk;
  let releaseId: number;
  let ticketId: number;
  let chunkId: number;
  beforeAll(async () => {
    desk = await openDesk();
    releaseId = await makeRelease(desk.db);
  });
  afterAll(() => desk[Symbol.asyncDispose]());
  beforeEach(async () => {
    await desk.sql`truncate batch_chunks, batch_members, tickets cascade`;
    const draft = TicketDraft.parse({ ticket_id: 'B-1', subject: 'Refund', body: 'Please refund one charge.' });
    const arrival = { sourceId: desk.source.id, lane: 'bulk', isForBatch: true, draft } as const;
    const [receipt] = await receiveTickets(desk.db, [arrival]);
    ticketId = receipt?.ticketId ?? 0;
    const chunk = { key: `k${Date.now()}`, releaseId, model: 'claude-haiku-5-5', most: 10 };
    chunkId = (await writeDownChunk(desk.db, chunk)) ?? 0;
  });

  async function usher(...args: string[]) {
    let out = '';
    let error = '';
    const sinks = {
      out: { write: (text: string) => (out += text) },
      error: { write: (text: string) => (error += text) },
    };
    const screen = new Screen({ ...sinks, isJson: args.includes('--json') });
    // The queue is away: the lane is driven from Postgres all the same.
    const environment = { DATABASE_URL: desk.databaseUrl, QUEUE_URL: 'redis://127.0.0.1:1' };
    const code = await runProgram(['batches', ...args], { environment, screen });
    return { code, out, error, json: () => JSON.parse(out) };
  }

  test('list tells how far each is, and why nothing more is sent', async () => {
    const stop = { from: ['written'], to: 'stopped', inMs: 0, set: { reason: 'Claude refuses these.' } } as const;
    await moveChunk(desk.db, { chunkId, ...stop });
    const { out, code } = await usher('list');
    expect(code).toBe(0);
    expect(out).toContain('Tickets that await a batch: 0; in one: 1. Requests that Claude holds: 0.');
    expect(out).toContain('Nothing more is sent: Claude refuses these.');
    expect(out).toMatch(new RegExp(`^${chunkId} +stopped +1 +0 of 0 +0\\.0000 .*Claude refuses these\\.$`, 'm'));
    expect((await usher('list', '--json')).json()).toMatchObject({ in_chunks: 1, batches: [{ id: chunkId }] });
  });

  test('show tells everything about one', async () => {
    expect((await usher('show', String(chunkId), '--json')).json()).toMatchObject({
      id: chunkId,
      state: 'written',
      claude_batch: null,
      members: { waiting: 1 },
    });
    expect((await usher('show', String(chunkId))).out).toMatch(/^tickets waiting +1$/m);
  });

  test('cancel holds the tickets of one that was not sent, and resume sends them on', async () => {
    expect((await usher('cancel', String(chunkId))).out).toContain('Tickets held: 1;');
    expect(await findTicket(desk.db, { id: ticketId })).toMatchObject({ state: 'received', batch: 'in_chunk' });
    expect((await usher('resume', String(chunkId))).out).toContain('Tickets on their way again: 1.');
    expect(await findTicket(desk.db, { id: ticketId })).toMatchObject({ state: 'received', batch: 'awaiting' });
    expect(await usher('cancel', String(chunkId))).toMatchObject({
      code: 1,
      error: `usher: Batch ${chunkId} is cancelled: there is nothing to cancel.\n`,
    });
  });

  test('cancel asks for one that Claude has, which a worker then does', async () => {
    await moveChunk(desk.db, { chunkId, from: ['written'], to: 'created', inMs: 60_000 });
    expect((await usher('cancel', String(chunkId), '--json')).json()).toEqual({ id: chunkId, outcome: 'asked' });
    const [row] = await desk.sql`select cancel_asked_at, due_at <= now() as is_due from batch_chunks`;
    expect(row).toMatchObject({ cancel_asked_at: expect.any(Date), is_due: true });
  });

  test('a number that is none, and one of no batch, are refused in words', async () => {
    expect(await usher('show', 'first')).toMatchObject({ code: 2 });
    expect(await usher('show', '999999')).toMatchObject({
      code: 1,
      error: 'usher: There is no batch 999999. usher batches list shows them.\n',
    });
  });
});
