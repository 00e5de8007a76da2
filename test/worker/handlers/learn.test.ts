import { readFileSync } from 'node:fs';
import { findCategory, Taxonomy } from '@usher/core/taxonomy';
import { decideByPerson } from '@usher/core/decide';
import { correctTicket } from '@usher/db/correct-ticket';
import { publishTaxonomy } from '@usher/db/taxonomies';
import type { Deps } from '@usher/worker/deps';
import { classify } from '@usher/worker/handlers/classify';
import { learn } from '@usher/worker/handlers/learn';
import { dueLearning } from '@usher/worker/learning';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { startClaudeServer } from '../../support/claude-server.ts';
import { desk as bare } from '../../support/claude-server-desk.ts';
import { openDesk, type SupportDesk, workerDeps } from '../support-desk.ts';

const shipped = Taxonomy.parse(parse(readFileSync(new URL('../../../taxonomy.yaml', import.meta.url), 'utf8')));
const ticket = { subject: 'Charged twice', body: 'You charged my card twice for the same invoice, please refund one.' };

describe('Learning', () => {
  let desk: SupportDesk;
  beforeEach(async () => {
    desk = await openDesk();
    await publishTaxonomy(desk.db, shipped, { actor: 'test' });
  });
  afterEach(async () => {
    await desk[Symbol.asyncDispose]();
  });

  function worker(settings: Parameters<typeof workerDeps>[1], changes: Partial<Deps> = {}) {
    const { deps, events } = workerDeps(desk, settings);
    const all: Deps = { ...deps, enqueue: async () => {}, signal: new AbortController().signal, ...changes };
    return {
      learn: () => learn({}, all),
      classify: (ticketId: number) => classify({ ticketId, revision: 1, lane: 'live' }, all),
      current: deps.current,
      events,
    };
  }

  test('from the taxonomy alone is enough to route a clear ticket, which waits until then', async () => {
    const ticketId = await desk.receive(ticket);
    const { classify, learn, events } = worker({ engine: 'local' });
    await expect(classify(ticketId)).rejects.toMatchObject({ code: 'local_model_awaited' });
    expect(await desk.ticket(ticketId)).toMatchObject({ state: 'received', starts: 0 });
    expect(await dueLearning(desk.db, new Date())).toEqual([{ name: 'learn', payload: {} }]);

    await learn();
    expect(events.at(-1)).toMatchObject({ kind: 'model_learnt', taxonomyVersion: 2, examples: 0 });
    await worker({ engine: 'local' }).classify(ticketId);
    expect(await desk.ticket(ticketId)).toMatchObject({ state: 'routed', category: 'billing', team: 'finance' });
    expect((await desk.history(ticketId)).classifications).toMatchObject([{ engine: 'local', costMicroUsd: 0 }]);
  });

  test('works from descriptions alone, which is enough to know that nothing is known', async () => {
    await publishTaxonomy(desk.db, bare, { actor: 'test' });
    const ticketId = await desk.receive({ subject: 'Hello', body: 'Is anybody there?' });
    const { classify, learn } = worker({ engine: 'local' });
    await learn();
    await classify(ticketId);

    expect(await desk.ticket(ticketId)).toMatchObject({ state: 'triaged', team: 'triage' });
  });

  test('happens again when labels have gathered or the taxonomy changed, and else not', async () => {
    const { learn, events } = worker({ engine: 'local' });
    await learn();
    await learn();
    expect(events.filter(({ kind }) => kind === 'model_learnt')).toHaveLength(1);
    expect(await dueLearning(desk.db, new Date())).toEqual([]);

    await label(1);
    expect(await dueLearning(desk.db, new Date())).toHaveLength(1);
    await learn();
    expect(events.at(-1)).toMatchObject({ kind: 'model_learnt', examples: 1 });
    expect(await dueLearning(desk.db, new Date())).toEqual([]);

    await publishTaxonomy(desk.db, shipped, { actor: 'test' });
    expect(await dueLearning(desk.db, new Date())).toHaveLength(1);
  });

  test('is taken up by a worker that runs, under a release of its own', async () => {
    const { learn, current } = worker({ engine: 'local' });
    const before = await current();
    expect(before).toMatchObject({ isLearnt: false, release: { localModel: null } });
    await learn();

    await expect
      .poll(async () => (await current()).release.localModel, { timeout: 10_000 })
      .toEqual(expect.any(Number));
    const after = await current();
    expect(after.isLearnt).toBe(true);
    expect(after.release.id).not.toBe(before.release.id);
  });

  test('gives a ticket a stand-in that an agent confirms, where Claude does not answer in time', async () => {
    await using claude = await startClaudeServer();
    await worker({ engine: 'cascade' }).learn();
    const [waited, late] = [await desk.receive(ticket), await desk.receive(ticket)];
    await desk.age(waited, 16 * 60);
    claude.script({ error: 'overloaded' }, 'stalled_headers', 'stalled_headers');
    await worker({ engine: 'cascade', baseUrl: claude.url }).classify(waited);
    const maxAges = { live: 900, bulk: undefined };
    await desk.age(late, 0);
    await worker({ engine: 'cascade', baseUrl: claude.url }, { maxAges }).classify(late);

    for (const ticketId of [waited, late]) {
      expect(await desk.ticket(ticketId)).toMatchObject({
        state: 'suggested',
        reason: 'stand_in',
        category: 'billing',
        note: "Claude could not be reached in time; this is the local model's suggestion. Please confirm.",
      });
    }
  });

  async function label(count: number): Promise<void> {
    const category = findCategory(shipped, 'shipping');
    if (category === undefined) throw new Error('the shipped taxonomy has no shipping');
    for (let at = 0; at < count; at += 1) {
      const ticketId = await desk.receive({ subject: `Parcel ${at}`, body: `My parcel ${at} has not arrived.` });
      const decision = decideByPerson(category, { subcategory: null, note: null, reason: 'corrected' });
      await correctTicket(desk.db, {
        ticketId,
        decision,
        by: { actorKind: 'agent', actor: 'ana', note: null },
        mode: 'auto',
      });
    }
  }
});
