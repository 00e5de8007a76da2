import { decideByPerson } from '@usher/core/decide';
import { findCategory } from '@usher/core/taxonomy';
import { correctTicket } from '@usher/db/correct-ticket';
import { publishTaxonomy } from '@usher/db/taxonomies';
import type { Deps } from '@usher/worker/deps';
import { classify } from '@usher/worker/handlers/classify';
import { learn } from '@usher/worker/handlers/learn';
import { createSimilarExamples } from '@usher/worker/similar-examples';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type ClaudeServer, startClaudeServer } from '../support/claude-server.ts';
import { desk as taxonomy } from '../support/claude-server-desk.ts';
import { type EngineSettings, openDesk, type SupportDesk, workerDeps } from './support-desk.ts';

const Sent = z.looseObject({
  messages: z.tuple([
    z.unknown(),
    z.unknown(),
    z.object({ content: z.tuple([z.object({ type: z.literal('tool_result'), content: z.string() })]) }),
  ]),
});
const ToolResult = z.object({
  similar_tickets: z.array(z.object({ body: z.string(), category: z.string(), subcategory: z.string() })),
});

const voucher = { subject: 'Voucher', body: 'My gift voucher for the museum does not scan at the gate.' };
const another = { subject: 'Voucher again', body: 'The museum gate refuses the gift voucher I bought.' };

describe('Similar examples', () => {
  let desk: SupportDesk;
  let claude: ClaudeServer;
  beforeEach(async () => {
    [desk, claude] = await Promise.all([openDesk(), startClaudeServer()]);
  });
  afterEach(async () => {
    await Promise.all([desk[Symbol.asyncDispose](), claude[Symbol.asyncDispose]()]);
  });

  function worker(settings: EngineSettings = {}, changes: Partial<Deps> = {}) {
    const { deps } = workerDeps(desk, { baseUrl: claude.url, ...settings });
    const all: Deps = { ...deps, enqueue: async () => {}, signal: new AbortController().signal, ...changes };
    return {
      learn: () => learn({}, all),
      classify: (ticketId: number, revision = 1) => classify({ ticketId, revision, lane: 'live' }, all),
    };
  }

  async function correct(ticketId: number, category: 'billing' | 'technical' | 'general'): Promise<void> {
    const known = findCategory(taxonomy, category);
    if (known === undefined) throw new Error(`the desk has no category ${category}`);
    const decision = decideByPerson(known, { subcategory: null, note: null, reason: 'corrected' });
    const by = { actorKind: 'agent', actor: 'Ada', note: null } as const;
    await correctTicket(desk.db, { ticketId, decision, by, mode: 'auto' });
  }

  const wasSent = () => claude.requests.map(({ body }) => Sent.parse(body));
  const lastShown = () => {
    const content = wasSent().at(-1)?.messages[2].content[0].content ?? '{}';
    return ToolResult.parse(JSON.parse(content)).similar_tickets;
  };

  test('a correction is shown with the very next similar ticket, and the next correction with the one after', async () => {
    const [first, second, third] = [
      await desk.receive(voucher),
      await desk.receive(another),
      await desk.receive(voucher),
    ];
    const { classify } = worker();
    await classify(first);
    expect(lastShown()).toEqual([]);
    await correct(first, 'technical');
    await classify(second);
    expect(lastShown()).toMatchObject([{ body: voucher.body, category: 'technical', subcategory: 'none' }]);
    await correct(second, 'general');
    await classify(third);
    expect(lastShown()).toMatchObject([
      { body: voucher.body, category: 'technical' },
      { body: another.body, category: 'general' },
    ]);
  });

  test('an example that was retired by a second correction is not shown, to a worker that knew it nor to a new one', async () => {
    const [first, second, third] = [
      await desk.receive(voucher),
      await desk.receive(another),
      await desk.receive(another),
    ];
    const { classify } = worker();
    await correct(first, 'technical');
    await classify(second);
    expect(lastShown()).toMatchObject([{ category: 'technical' }]);
    await correct(first, 'billing');
    await classify(third);
    expect(lastShown()).toMatchObject([{ body: voucher.body, category: 'billing' }]);
    await worker().classify(await desk.receive(another));
    expect(lastShown()).toMatchObject([{ body: voucher.body, category: 'billing' }]);
  });

  test('at most one example of each category is shown: the most similar one, as the customer wrote it, without what it quotes', async () => {
    const quoted = 'On Mon, 4 May 2026 at 10:12, Ada <ada@example.com> wrote:\n> Which museum?';
    const north = { subject: 'Voucher', body: 'The museum refuses my gift voucher at the north gate.' };
    await correct(await desk.receive({ ...north, body: `${north.body}\n\n${quoted}` }), 'technical');
    await correct(await desk.receive({ subject: '', body: 'The museum was nice.' }), 'technical');
    await correct(await desk.receive(another), 'general');
    await worker().classify(
      await desk.receive({ subject: '', body: 'The north gate of the museum refuses my voucher.' }),
    );
    expect(lastShown()).toMatchObject([
      { body: north.body, category: 'technical' },
      { body: another.body, category: 'general' },
    ]);
  });

  test('all stored examples are looked through up to a number, and of more the newest', async () => {
    await desk.sql`
      insert into examples (subject, body, category, provenance, labelled_by, weight)
      select '', 'voucher ' || translate(number::text, '0123456789', 'abcdefghij'), 'technical', 'correction', 'Ada', 1 from generate_series(1, 250) number`;
    await worker().classify(await desk.receive({ subject: '', body: 'b' }));
    expect(lastShown()).toMatchObject([{ body: 'voucher b' }]);
    const similarExamples = createSimilarExamples({ db: desk.db, most: 50 });
    const { classify } = worker({}, { similarExamples });
    await classify(await desk.receive({ subject: '', body: 'caa' }));
    expect(lastShown()).toEqual([]);
    await classify(await desk.receive({ subject: '', body: 'cab' }));
    expect(lastShown()).toMatchObject([{ body: 'voucher cab' }]);
  });

  test('an example that is committed after one with a higher number is not missed', async () => {
    const insert = (id: number, body: string) => desk.sql`
      insert into examples (id, subject, body, category, provenance, labelled_by, weight)
      overriding system value values (${id}, '', ${body}, 'technical', 'correction', 'Ada', 1)`;
    const { classify } = worker();
    await insert(1_000, 'the museum');
    await classify(await desk.receive(voucher));
    await insert(999, 'the museum refuses the gift voucher');
    await insert(1_001, 'the gate');
    await classify(await desk.receive(another));
    expect(lastShown()).toMatchObject([{ body: 'the museum refuses the gift voucher' }]);
  });

  test('a ticket whose text changed is not shown what it taught itself', async () => {
    const ticketId = await desk.receive(voucher);
    await correct(ticketId, 'technical');
    await desk.sql`update tickets set state = 'received', revision = 2 where id = ${ticketId}`;
    await worker().classify(ticketId, 2);
    expect(lastShown()).toEqual([]);
  });

  test('all but the ticket and its examples stays the same from one request to the next', async () => {
    const { classify } = worker();
    const first = await desk.receive(voucher);
    await classify(first);
    await correct(first, 'technical');
    await classify(await desk.receive(another));
    const [before, after] = wasSent().map(({ messages, ...fixed }) => JSON.stringify([fixed, messages.slice(0, 2)]));
    expect(after).toBe(before);
    expect(lastShown()).toHaveLength(1);
  });

  test('a new taxonomy brings its own starter examples and drops labels it no longer has', async () => {
    const { classify } = worker();
    await correct(await desk.receive(voucher), 'technical');
    const [billing, , general] = taxonomy.categories;
    const starter = { subject: '', body: 'The museum took my gift voucher.' };
    await publishTaxonomy(
      desk.db,
      {
        fallback: 'general',
        categories: [billing, general].flatMap((one) => one ?? []).map((one) => ({ ...one, examples: [starter] })),
      },
      { actor: 'test' },
    );
    await classify(await desk.receive(another));
    expect(lastShown()).toMatchObject([{ body: starter.body }]);
  });

  test('nobody looks for examples where the local model decides alone', async () => {
    let searches = 0;
    const similarExamples = async () => {
      searches += 1;
      return [];
    };
    const { learn, classify } = worker({ engine: 'local' }, { similarExamples });
    await learn();
    await classify(await desk.receive(voucher));
    expect(searches).toBe(0);
    await worker({ engine: 'cascade' }, { similarExamples }).classify(await desk.receive(another));
    expect(searches).toBe(1);
  });
});
