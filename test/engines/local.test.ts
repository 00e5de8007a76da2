import type { SuggestRequest } from '@usher/core/engine';
import { Suggestion } from '@usher/core/suggestion';
import { Taxonomy } from '@usher/core/taxonomy';
import { createLocalEngine } from '@usher/engines/local';
import type { LocalModel } from '@usher/engines/local/model';
import { trainLocalModel } from '@usher/engines/local/train';
import { expect, test } from 'vitest';
import { garden, gardenExamples } from './local-desk.ts';

const model = trainLocalModel(gardenExamples(60), garden, { seed: 1 });
const ticket = { subject: 'Roses', body: 'Snails have eaten holes in my roses.' };
const asked = (request: Partial<SuggestRequest> = {}): SuggestRequest => ({
  ticket,
  taxonomy: garden,
  examples: [],
  caller: { key: '7-1', lane: 'live', sourceId: 3 },
  mayWait: true,
  signal: new AbortController().signal,
  ...request,
});

test('a ticket gets a category, a subcategory, a calibrated confidence and the words that spoke for it', async () => {
  const answer = await createLocalEngine({ model: () => model }).suggest(asked());
  if (answer.kind === 'nothing') throw new Error(answer.reason);
  expect(answer.standIn).toBeNull();
  expect(Suggestion.parse(answer.suggestion)).toMatchObject({
    category: 'plants',
    subcategory: 'pests',
    calibrated: true,
    alternatives: [{}, {}],
    rationale: expect.stringMatching(/^Words that spoke for it: .*\b(snails|eaten|holes)\b.*\.$/),
  });
  expect(answer.suggestion.confidence).toBeGreaterThan(0.9);
  expect(answer.suggestion.alternatives.map(({ category }) => category)).not.toContain('plants');
});

test('where no subcategory is more likely than not the category is given alone, and is as sure', async () => {
  const disputed = Array.from({ length: 60 }, (_, at) => ({
    subject: '',
    body: `yellow leaf ${'abcdefghijklmnopqrst'.charAt(at % 20).repeat(3 + (at % 7))}`,
    category: 'plants',
    subcategory: ['pests', 'watering', 'pruning'][at % 3] ?? null,
    weight: 1,
  }));
  const learnt = trainLocalModel([...gardenExamples(60), ...disputed], garden, { seed: 1 });
  const engine = createLocalEngine({ model: () => learnt });
  const said = async (body: string) => engine.suggest(asked({ ticket: { subject: '', body } }));
  expect(await said('snails have eaten holes')).toMatchObject({ suggestion: { subcategory: 'pests' } });
  expect(await said('the soil is dry and thirsty')).toMatchObject({ suggestion: { subcategory: 'watering' } });
  const unsure = await said('yellow leaf');
  expect(unsure).toMatchObject({ suggestion: { category: 'plants', subcategory: null, calibrated: true } });
  expect(unsure.kind === 'suggested' && unsure.suggestion.confidence).toBeGreaterThan(0.9);
});

test('the prediction is recorded as a call without a price', async () => {
  let time = 5;
  const answer = await createLocalEngine({ model: () => model, now: () => (time += 2) }).suggest(asked());
  expect(answer.calls).toEqual([
    {
      engine: 'local',
      model: `local-${model.id}`,
      outcome: 'suggested',
      suggestion: answer.kind === 'suggested' ? answer.suggestion : null,
      usage: null,
      costMicroUsd: 0,
      durationMs: 2,
      requestId: null,
    },
  ]);
});

test('a confidence that rests on too few outcomes says so', async () => {
  const young = trainLocalModel(gardenExamples(20), garden, { seed: 1 });
  const answer = await createLocalEngine({ model: () => young }).suggest(asked());
  expect(answer).toMatchObject({ kind: 'suggested', suggestion: { calibrated: false } });
});

test('there is no suggestion without a model, nor for a ticket in which the model knows nothing', async () => {
  const nothing = { kind: 'nothing', reason: 'not_trained', calls: [] };
  expect(await createLocalEngine({ model: () => null }).suggest(asked())).toEqual(nothing);
  const engine = createLocalEngine({ model: () => model });
  expect(await engine.suggest(asked({ ticket: { subject: '', body: '😀 ?!' } }))).toEqual(nothing);
});

test('the model in force is asked anew for every ticket', async () => {
  let current: LocalModel | null = null;
  const engine = createLocalEngine({ model: () => current });
  expect((await engine.suggest(asked())).kind).toBe('nothing');
  current = model;
  expect((await engine.suggest(asked())).kind).toBe('suggested');
});

test('a label that the taxonomy has no more is not suggested', async () => {
  const engine = createLocalEngine({ model: () => model });
  const without = (key: string) =>
    Taxonomy.parse({ ...garden, categories: garden.categories.filter((category) => category.key !== key) });
  const answer = await engine.suggest(asked({ taxonomy: without('plants') }));
  if (answer.kind === 'nothing') throw new Error(answer.reason);
  expect(['tools', 'other']).toContain(answer.suggestion.category);
  expect(answer.suggestion.confidence).toBeLessThan(0.5);
  const childless = Taxonomy.parse({
    ...garden,
    categories: garden.categories.map((category) => ({ ...category, subcategories: [] })),
  });
  expect(await engine.suggest(asked({ taxonomy: childless }))).toMatchObject({
    suggestion: { category: 'plants', subcategory: null },
  });
});

test('a word without end does not make a rationale without end', async () => {
  const answer = await createLocalEngine({ model: () => model }).suggest(
    asked({ ticket: { subject: '', body: `snails${'snails'.repeat(1_000)}` } }),
  );
  if (answer.kind === 'nothing') throw new Error(answer.reason);
  expect(answer.suggestion.rationale.length).toBeLessThan(300);
});
