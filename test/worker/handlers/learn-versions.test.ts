import type { Example } from '@usher/core/engine';
import { clearLabeller, listFlaggedLabellers } from '@usher/db/labellers';
import { lastLearnt, listModels, modelInForce, pinModel, rollBackModel, unpinModel } from '@usher/db/local-models';
import { currentTaxonomyVersion, publishTaxonomy } from '@usher/db/taxonomies';
import type { Deps } from '@usher/worker/deps';
import { learn } from '@usher/worker/handlers/learn';
import { dueLearning } from '@usher/worker/learning';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { garden, gardenExamples } from '../../engines/local-desk.ts';
import { openDesk, type SupportDesk, workerDeps } from '../support-desk.ts';

const labels = garden.categories.map(({ key }) => key);

describe('Versions of the local model', () => {
  let desk: SupportDesk;
  let deps: Deps;
  let events: ReturnType<typeof workerDeps>['events'];
  beforeEach(async () => {
    desk = await openDesk();
    await publishTaxonomy(desk.db, garden, { actor: 'test' });
    const worker = workerDeps(desk, { engine: 'local' });
    events = worker.events;
    deps = { ...worker.deps, enqueue: async () => {}, signal: new AbortController().signal };
  });
  afterEach(async () => {
    await desk[Symbol.asyncDispose]();
  });

  /** Stores labelled texts as if people had labelled them, each by the labeller that its place gives. */
  async function teach(examples: readonly Example[], labellerOf: (at: number) => string): Promise<void> {
    const rows = examples.map(({ subject, body, category, weight }, at) => {
      return { subject, body, category, provenance: 'correction', labelled_by: labellerOf(at), weight };
    });
    await desk.sql`insert into examples ${desk.sql(rows)}`;
  }

  const inForce = async () => modelInForce(desk.db, await currentTaxonomyVersion(desk.db));
  const scrambled = (examples: readonly Example[]) =>
    examples.map((example, at) => ({ ...example, category: labels[at % labels.length] ?? '' }));

  test('one that is worse on the same texts is kept with the reason, and never put in force', async () => {
    await teach(gardenExamples(60), () => 'ana');
    await learn({}, deps);
    const good = await inForce();
    await teach(scrambled(gardenExamples(60, 99)), (at) => `visitor ${at}`);
    await learn({}, deps);

    expect(await inForce()).toBe(good);
    expect(await lastLearnt(desk.db)).toMatchObject({
      state: 'refused',
      reason: expect.stringMatching(
        /^worse than the model in force by more than noise: accuracy .* texts, which neither had seen$/,
      ),
    });
    expect(events).toContainEqual(expect.objectContaining({ kind: 'model_refused' }));
    expect(await dueLearning(desk.db, new Date())).toEqual([]);
  });

  test('can be taken back, pinned and let go again, and a worker follows without a restart', async () => {
    const by = { taxonomyVersion: await currentTaxonomyVersion(desk.db), actor: 'ana' };
    await learn({}, deps);
    const first = await inForce();
    expect(await rollBackModel(desk.db, by)).toEqual({ kind: 'no_other' });
    await teach(gardenExamples(5), () => 'ana');
    await learn({}, deps);
    const second = await inForce();
    expect(second).not.toBe(first);

    expect(await rollBackModel(desk.db, by)).toEqual({ kind: 'changed', inForce: first });
    await expect.poll(async () => (await deps.current()).release.localModel, { timeout: 10_000 }).toBe(first);
    await learn({}, deps);
    expect(await inForce()).toBe(first);

    expect(await pinModel(desk.db, second ?? 0, by)).toEqual({ kind: 'changed', inForce: second });
    await teach(gardenExamples(5, 3), () => 'ana');
    await learn({}, deps);
    expect(await inForce()).toBe(second);
    const [newest] = await listModels(desk.db, { limit: 1 });
    expect(await unpinModel(desk.db, by)).toEqual({ kind: 'changed', inForce: newest?.id });
    expect(await pinModel(desk.db, 999_999, by)).toEqual({ kind: 'unknown' });
  });

  test('keep their bytes only while they are among the newest, pinned or in force', async () => {
    await learn({}, deps);
    const [learnt] = await listModels(desk.db, { limit: 1 });
    await desk.sql`
      insert into local_models (taxonomy_version, learnt_from, figures, content, state)
      select taxonomy_version, 0, '{}', content, 'refused' from local_models, generate_series(1, 25)`;
    await teach(gardenExamples(2), () => 'ana');
    await learn({}, deps);

    const versions = await listModels(desk.db, { limit: 100 });
    expect(versions).toHaveLength(27);
    expect(versions.filter(({ isKept }) => isKept)).toHaveLength(20);
    expect(versions.find(({ id }) => id === learnt?.id)).toMatchObject({ isKept: false });
    expect(await inForce()).toBe(versions[0]?.id);
  });

  test('do not follow somebody who contradicts all others, until an admin clears them', async () => {
    const people = ['ana', 'ben', 'cleo', 'dora', 'eve'];
    const examples = gardenExamples(75).map((example, at) => ({ example, by: people[at % people.length] ?? '' }));
    const lies = examples.map(({ example, by }) => {
      const place = labels.indexOf(example.category);
      return by === 'eve' ? { ...example, category: labels[(place + 1) % labels.length] ?? '' } : example;
    });
    await teach(lies, (at) => people[at % people.length] ?? '');
    await learn({}, deps);

    expect(await listFlaggedLabellers(desk.db)).toMatchObject([{ name: 'eve', clearedAt: null }]);
    expect(events).toContainEqual({ kind: 'labellers_flagged', labellers: 1 });
    const figures = await listModels(desk.db, { limit: 2 });
    expect(figures.map((version) => JSON.stringify(version.figures))).toEqual([
      expect.stringContaining('"accuracy":1'),
      expect.stringContaining('"accuracy":0.'),
    ]);

    expect(await dueLearning(desk.db, new Date())).toEqual([]);
    expect(await clearLabeller(desk.db, { name: 'eve', actor: 'admin' })).toBe(true);
    expect(await dueLearning(desk.db, new Date())).toHaveLength(1);
    await learn({}, deps);
    expect(events.filter(({ kind }) => kind === 'labellers_flagged')).toHaveLength(1);
  });

  test('are learnt by one process at a time, without a transaction that stays open meanwhile', async () => {
    await Promise.all([learn({}, deps), learn({}, deps), learn({}, deps)]);
    expect(await listModels(desk.db, { limit: 10 })).toHaveLength(1);
    expect(await desk.sql`select * from leases where name = 'learn'`).toEqual([]);
  });
});
