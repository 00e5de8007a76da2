import { cancelChunk, resumeChunk } from '@usher/db/batches/cancel-chunk';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ClaudeServer, startClaudeServer } from '../../support/claude-server.ts';
import { clientOf, entry } from '../../support/claude-server-batch-entry.ts';
import { openDesk, type SupportDesk, texts } from '../support-desk.ts';
import { type BatchDesk, batchDesk } from './batch-desk.ts';

describe('The lane of Message Batches', () => {
  let desk: SupportDesk;
  let claude: ClaudeServer;
  let lane: BatchDesk;
  beforeAll(async () => {
    desk = await openDesk();
  });
  afterAll(() => desk[Symbol.asyncDispose]());
  beforeEach(async () => {
    claude = await startClaudeServer();
    lane = batchDesk(desk, claude);
    await desk.sql`truncate batch_chunks, batch_members, tickets, classifications, decisions cascade`;
  });
  afterEach(() => claude[Symbol.asyncDispose]());

  test('decides bulk tickets at half the price, one of them live to see that the requests are good', async () => {
    const [first = 0, second = 0, third = 0] = await lane.receive(texts.refund, texts.crash, texts.unclear);
    await lane.drive();
    expect(await lane.chunks()).toMatchObject([{ state: 'created', tickets: 3, requests: 2 }]);
    expect(await desk.ticket(first)).toMatchObject({ state: 'routed', team: 'finance' });
    expect(await desk.ticket(second)).toMatchObject({ state: 'received', batch: 'in_chunk' });

    claude.batches.end();
    const events = await lane.drive();
    expect(await desk.ticket(second)).toMatchObject({ state: 'routed', team: 'engineering', batch: null });
    expect(await desk.ticket(third)).toMatchObject({ state: 'triaged', reason: 'low_confidence' });
    const [live, batched] = [await desk.history(first), await desk.history(second)];
    expect(live.classifications).toMatchObject([{ serviceTier: 'standard' }]);
    expect(batched.classifications).toMatchObject([{ serviceTier: 'batch', outcome: 'suggested' }]);
    expect(events).toContainEqual(expect.objectContaining({ kind: 'chunk_ended', answered: 2, errored: 0 }));
    expect(await lane.chunks()).toMatchObject([{ state: 'done', answered: 2 }]);
  });

  const refunds = (count: number) => Array.from({ length: count }, () => texts.refund);

  async function countDecisions() {
    const [row] = await desk.sql`
      select count(*)::int as decisions, count(distinct ticket_id)::int as tickets from decisions`;
    return row;
  }

  test('finds a batch whose answer was lost instead of paying for another', async () => {
    await lane.receive(...refunds(4));
    claude.batches.scriptCreate('lost_answer');
    await lane.drive();
    expect(await lane.chunks()).toMatchObject([{ state: 'sending', batchId: null }]);
    // One in progress with as many requests may be it, so that nothing is sent.
    await lane.drive();
    expect(await lane.chunks()).toMatchObject([{ state: 'sending' }]);
    claude.batches.end();
    const events = await lane.drive();
    expect(events.map(({ kind }) => kind)).toContain('chunk_found');
    expect(claude.batches.created).toHaveLength(1);
    expect(await countDecisions()).toEqual({ decisions: 4, tickets: 4 });
  });

  test('sends again what was surely not created, also beside a stranger of the same size', async () => {
    await lane.receive(...refunds(3));
    claude.batches.scriptCreate('overloaded');
    await lane.drive();
    expect(claude.batches.created).toHaveLength(0);
    await clientOf(claude).messages.batches.create({ requests: [entry('x-1'), entry('x-2')] });
    claude.batches.end();
    const events = await lane.drive();
    expect(events.map(({ kind }) => kind)).toContain('chunk_absent');
    claude.batches.end();
    await lane.drive();
    expect(claude.batches.created).toHaveLength(2);
    expect(await countDecisions()).toEqual({ decisions: 3, tickets: 3 });
  });

  test('reads results again that were cut, and counts every answer once', async () => {
    await lane.receive(...refunds(9));
    await lane.drive();
    claude.batches.end();
    claude.batches.scriptResults('cut_line', 'cut_between_lines', 'overloaded');
    for (let reading = 1; reading <= 3; reading += 1) {
      await lane.drive();
      expect(await lane.chunks()).toMatchObject([{ state: 'ingesting', failures: reading }]);
    }
    await lane.drive();
    expect(await lane.chunks()).toMatchObject([{ state: 'done', answered: 8 }]);
    const [answers] = await desk.sql`select count(*)::int as answers from classifications`;
    expect(answers).toEqual({ answers: 9 });
    expect(await countDecisions()).toEqual({ decisions: 9, tickets: 9 });
  });

  test('stops before a batch when Claude refuses the requests as they are, until somebody resumes', async () => {
    await lane.receive(...refunds(50));
    claude.script({ error: 'invalid_request' }, { error: 'invalid_request' }, { error: 'invalid_request' });
    await lane.drive();
    const [chunk] = await lane.chunks();
    expect(chunk).toMatchObject({
      state: 'stopped',
      reason: expect.stringMatching(/^Claude refuses these requests as they are.*could not be processed/),
    });
    await lane.receive(...refunds(50));
    await lane.drive();
    expect(claude.batches.created).toHaveLength(0);
    expect(claude.requests).toHaveLength(3);

    await resumeChunk(desk.db, chunk?.id ?? 0);
    await lane.drive();
    expect(claude.batches.created.length).toBeGreaterThan(0);
  });

  test('asks again about what expired, one by one about what was refused, and holds what somebody cancelled', async () => {
    const [, refused = 0, , late = 0] = await lane.receive(
      texts.crash,
      { subject: 'Refund', body: 'Poison: refund.' },
      texts.crash,
      texts.refund,
    );
    await using strict = await startClaudeServer({
      rules: [{ matches: /Poison/, behaviour: { error: 'invalid_request' } }],
    });
    const lane2 = batchDesk(desk, strict);
    await lane2.drive();
    strict.batches.end({ expired: 1 });
    await lane2.drive({ batches: { gatherMs: 60_000 } });
    expect(await lane2.chunks()).toMatchObject([{ state: 'done', answered: 1, errored: 1, expired: 1 }]);
    expect(await desk.ticket(refused)).toMatchObject({ state: 'received', batch: null });
    expect(await desk.ticket(late)).toMatchObject({ state: 'received', batch: 'awaiting' });

    await lane2.receive(texts.crash);
    await lane2.drive();
    const [, second] = await lane2.chunks();
    expect(await cancelChunk(desk.db, second?.id ?? 0)).toEqual({ kind: 'asked' });
    for (let look = 1; look <= 3; look += 1) await lane2.drive();
    expect((await lane2.chunks())[1]).toMatchObject({ state: 'cancelled', canceled: 1 });
    expect(await resumeChunk(desk.db, second?.id ?? 0)).toEqual({ kind: 'done', tickets: 1 });
  });

  test('changes nothing about a ticket that was corrected or came again meanwhile', async () => {
    const [, corrected = 0, revised = 0] = await lane.receive(...refunds(3));
    await lane.drive();
    await desk.sql`update tickets set revision = 2, batch = null where id = ${revised}`;
    await desk.sql`update tickets set state = 'routed', batch = null, team = 'people' where id = ${corrected}`;
    claude.batches.end();
    const events = await lane.drive();
    expect(events.filter(({ kind }) => kind === 'ticket_decided_before')).toHaveLength(2);
    expect(await desk.ticket(corrected)).toMatchObject({ state: 'routed', team: 'people' });
    expect(await desk.ticket(revised)).toMatchObject({ state: 'received', revision: 2, decisionId: null });
    expect((await desk.history(revised)).classifications).toMatchObject([{ serviceTier: 'batch' }]);
  });

  test('keeps to what may be queued with Claude', async () => {
    await lane.receive(...refunds(12));
    const batches = { limits: { requests: 4, bytes: 1_000_000 }, queuedLimit: 5 };
    await lane.drive({ batches });
    expect(claude.batches.created).toHaveLength(1);
    expect((await lane.chunks())[1]).toMatchObject({ state: 'tried', reason: expect.stringContaining('has 3') });
    for (let round = 1; round <= 6; round += 1) {
      claude.batches.end();
      await lane.drive({ batches });
    }
    expect(await countDecisions()).toEqual({ decisions: 12, tickets: 12 });
    expect(claude.batches.created).toHaveLength(3);
  });

  test("sends no more than the day's money suffices for, and gives back what was not spent", async () => {
    await desk.sql`truncate spending`;
    await lane.receive(...refunds(20));
    const dailyMicroUsd = 3_000;
    await lane.drive({ batches: { dailyMicroUsd } });
    const held = await desk.sql`select spent_micro_usd::int as spent from spending`;
    expect(held[0]?.['spent']).toBeLessThanOrEqual(dailyMicroUsd);
    expect(held[0]?.['spent']).toBeGreaterThan(0);
    const [first] = await lane.chunks();
    expect(first?.requests).toBeGreaterThan(0);
    expect(first?.requests).toBeLessThan(19);
    claude.batches.end();
    await lane.drive({ batches: { dailyMicroUsd, gatherMs: 60_000 } });
    // The live request of the dry-run is paid through the gate, and this desk's takes no money.
    const [row] = await desk.sql`
      select (select spent_micro_usd from spending)::int as spent, sum(cost_micro_usd)::int as cost
      from classifications where service_tier = 'batch'`;
    expect(row?.['cost']).toBeGreaterThan(0);
    expect(row?.['spent']).toBe(row?.['cost']);
  });

  test('takes over what a batch said of the same text, and asks Claude nothing', async () => {
    const reuse = { reuseForMs: 3_600_000 };
    await lane.receive(texts.crash, texts.refund);
    await lane.drive(reuse);
    claude.batches.end();
    await lane.drive(reuse);
    const asked = claude.requests.length;
    const [again = 0] = await lane.receive(texts.refund);
    await lane.drive(reuse);
    expect(await desk.ticket(again)).toMatchObject({ state: 'routed', team: 'finance' });
    expect((await desk.history(again)).classifications).toMatchObject([{ costMicroUsd: 0, outcome: 'suggested' }]);
    expect(claude.requests).toHaveLength(asked);
    expect((await lane.chunks())[1]).toMatchObject({ state: 'done', requests: 0 });
  });
});
