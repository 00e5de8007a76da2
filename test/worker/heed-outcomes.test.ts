import { decideByPerson } from '@usher/core/decide';
import { findCategory } from '@usher/core/taxonomy';
import { correctTicket } from '@usher/db/correct-ticket';
import { recordAuditVerdict } from '@usher/db/record-audit';
import { listPromises, setPromise } from '@usher/db/promises';
import { publishTaxonomy } from '@usher/db/taxonomies';
import type { Deps } from '@usher/worker/deps';
import { learn } from '@usher/worker/handlers/learn';
import { dueLearning } from '@usher/worker/learning';
import { heedOutcomes } from '@usher/worker/heed-outcomes';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { garden, gardenExamples } from '../engines/local-desk.ts';
import { openDesk, type SupportDesk, workerDeps } from './support-desk.ts';

describe('Outcomes', () => {
  let desk: SupportDesk;
  let deps: Deps;
  let events: ReturnType<typeof workerDeps>['events'];
  beforeEach(async () => {
    desk = await openDesk();
    await publishTaxonomy(desk.db, garden, { actor: 'test' });
    start('local');
  });
  afterEach(async () => {
    await desk[Symbol.asyncDispose]();
  });

  function start(engine: 'local' | 'claude'): void {
    const worker = workerDeps(desk, { engine });
    events = worker.events;
    deps = { ...worker.deps, enqueue: async () => {}, signal: new AbortController().signal };
  }

  const heed = () => heedOutcomes(deps, new Date());

  /** Tickets that the local model decided in service with this confidence, each drawn for blind review where it was automated. */
  async function decided(n: number, how: { action: 'route' | 'triage'; confidence: number }): Promise<number[]> {
    const { release } = await deps.current();
    const texts = Array.from({ length: n }, (_, at) => ({ subject: '', body: `plant ${at}` }));
    const tickets = await Promise.all(texts.map((text) => desk.receive(text)));
    await desk.sql`
      insert into decisions (ticket_id, revision, release_id, mode, actor_kind, actor, action, reason, category, team,
                             priority, sla_hours, confidence, is_calibrated)
      select id, 1, ${release.id}, 'auto', 'engine', 'local', ${how.action}, 'confident', 'plants', 'gardeners',
             'medium', 24, ${how.confidence}, true
      from tickets where id in ${desk.sql(tickets)}`;
    if (how.action === 'route') {
      await desk.sql`
        insert into blind_audits (ticket_id, revision, decision_id)
        select ticket_id, revision, id from decisions where ticket_id in ${desk.sql(tickets)}`;
    }
    return tickets;
  }

  function label(key: string) {
    const category = findCategory(garden, key);
    if (category === undefined) throw new Error(`the garden has no ${key}`);
    return decideByPerson(category, { subcategory: null, note: null, reason: 'corrected' });
  }

  /** Judges every waiting audit, of which the first ones turn out wrong. */
  async function audit(wrong: number): Promise<void> {
    const waiting = await desk.sql`select id::int from blind_audits where audited_at is null order by id`;
    const verdicts = waiting.map(({ id }, at) => {
      const decision = label(at < wrong ? 'tools' : 'plants');
      return recordAuditVerdict(desk.db, { auditId: id, decision, by: { actorKind: 'agent', actor: 'ana' } });
    });
    await Promise.all(verdicts);
  }

  /** A person says what these tickets are. */
  async function say(tickets: readonly number[], categoryOf: (at: number) => string): Promise<void> {
    const by = { actorKind: 'agent', actor: 'ana', note: null } as const;
    const said = tickets.map((ticketId, at) =>
      correctTicket(desk.db, { ticketId, decision: label(categoryOf(at)), by, mode: 'auto' }),
    );
    await Promise.all(said);
  }

  const standing = async () => (await listPromises(desk.db))[0];

  test('of blind audits offer a promise, break it with an alert, and bring it back on proof only', async () => {
    await decided(120, { action: 'route', confidence: 0.95 });
    await audit(0);
    await heed();
    expect(await standing()).toMatchObject({
      state: 'offered',
      threshold: expect.closeTo(0.95, 5),
      evidence: { known: 120 },
    });
    expect(events).toContainEqual(expect.objectContaining({ kind: 'promise_offered', category: 'all' }));

    await decided(30, { action: 'route', confidence: 0.96 });
    await audit(20);
    await heed();
    expect(await standing()).toMatchObject({ state: 'withdrawn', threshold: null });
    expect(events.at(-1)).toMatchObject({ kind: 'promise_withdrawn', category: 'all', risk: expect.closeTo(0.05, 5) });
    await expect
      .poll(async () => (await deps.current()).release.thresholds, { timeout: 10_000 })
      .toEqual({ all: null, byCategory: {} });

    await heed();
    expect(events.filter(({ kind }) => kind === 'promise_withdrawn')).toHaveLength(1);
    await desk.sql`delete from outcomes`;
    await say(await decided(120, { action: 'triage', confidence: 0.97 }), () => 'plants');
    await heed();
    expect(await standing()).toMatchObject({ state: 'offered', threshold: expect.closeTo(0.97, 5) });
  });

  test('that somebody corrected an automated decision offer nothing, because right ones are not looked at', async () => {
    const tickets = await decided(120, { action: 'route', confidence: 0.95 });
    await say(tickets, () => 'plants');
    await heed();
    expect(await standing()).toMatchObject({ state: 'not_offered', evidence: { known: 0 } });
  });

  test('of labelled history offer a promise at once, by what the model said of texts that it had not seen', async () => {
    const rows = gardenExamples(60).map(({ subject, body, category, weight }) => {
      return { subject, body, category, provenance: 'history', labelled_by: 'history', weight };
    });
    await desk.sql`insert into examples ${desk.sql(rows)}`;
    await learn({}, deps);
    expect(await standing()).toMatchObject({ state: 'offered', evidence: { known: 240 } });
    expect(events).toContainEqual(expect.objectContaining({ kind: 'promise_offered' }));
  });

  test('count for a category of its own, and a new promise is looked at anew', async () => {
    await setPromise(desk.db, { category: 'plants', risk: 0.02, actor: 'admin' });
    await decided(120, { action: 'route', confidence: 0.95 });
    await audit(0);
    expect(await dueLearning(desk.db, new Date())).toHaveLength(1);
    await heed();
    const [all, plants] = await listPromises(desk.db);
    expect(all).toMatchObject({ category: null, state: 'not_offered', evidence: { known: 0 } });
    expect(plants).toMatchObject({ category: 'plants', state: 'not_offered', evidence: { known: 120 } });
    await setPromise(desk.db, { category: 'plants', risk: 0.1, actor: 'admin' });
    await heed();
    expect((await listPromises(desk.db))[1]).toMatchObject({ state: 'offered' });
  });

  test("say how far Claude's answers can be trusted, and a worker takes it up", async () => {
    start('claude');
    const tickets = await decided(160, { action: 'triage', confidence: 0.6 });
    const { release } = await deps.current();
    const rows = tickets.map((ticketId, at) => {
      const signals = { local: at % 2 === 0 ? 0.8 : 0.1, agrees: at % 2 === 0, margin: 0.5, stated: 0.9 };
      const suggestion = {
        category: 'plants',
        subcategory: null,
        confidence: 0.9,
        calibrated: false,
        alternatives: [],
        rationale: '',
        signals,
      };
      return { ticketId, suggestion };
    });
    await desk.sql`
      insert into classifications (ticket_id, revision, release_id, engine, model, outcome, suggestion, cost_micro_usd, duration_ms, shadow)
      select ("ticketId")::bigint, 1, ${release.id}, 'claude', ${release.model}, 'suggested', suggestion, 0, 0, false
      from jsonb_to_recordset(${desk.sql.json(rows)}) as given ("ticketId" int, suggestion jsonb)`;
    await say(tickets, (at) => (at % 2 === 0 || at % 5 === 0 ? 'plants' : 'tools'));
    await heed();
    expect(events).toContainEqual(expect.objectContaining({ kind: 'claude_calibrated', answers: 160 }));
    await expect
      .poll(async () => (await deps.current()).release.calibrator, { timeout: 10_000 })
      .toEqual(expect.any(Number));
    await heed();
    expect(events.filter(({ kind }) => kind === 'claude_calibrated')).toHaveLength(1);
  });
});
