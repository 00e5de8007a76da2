import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ClaudeServer, startClaudeServer } from '../../support/claude-server.ts';
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
    await desk.sql`truncate batch_chunks, batch_members, tickets cascade`;
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
});
