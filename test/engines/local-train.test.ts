import { readFileSync } from 'node:fs';
import type { Example } from '@usher/core/engine';
import { Taxonomy } from '@usher/core/taxonomy';
import { documentsOf } from '@usher/engines/local/documents';
import { explain } from '@usher/engines/local/explain';
import { dealFolds } from '@usher/engines/local/folds';
import { predict } from '@usher/engines/local/model';
import { trainLocalModel } from '@usher/engines/local/train';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { garden, gardenExamples } from './local-desk.ts';

const seed = 1;
const model = trainLocalModel(gardenExamples(60), garden, { seed });
const about = (body: string, subject = '') => ({ subject, body });
const best = (body: string, of = model) => predict(of, about(body))?.ranked[0];
const example = (body: string, category: string, rest: Partial<Example> = {}): Example => ({
  subject: '',
  body,
  category,
  subcategory: null,
  weight: 1,
  ...rest,
});

describe('a trained model', () => {
  test('finds the category and subcategory of clear texts, and is sure', () => {
    const clear = { 'snails have eaten holes': 'pests', 'the soil is dry and thirsty': 'watering' };
    for (const [text, subcategory] of Object.entries(clear)) {
      const prediction = predict(model, about(text));
      expect(prediction).toMatchObject({ ranked: [{ category: 'plants' }, {}, {}], subcategory });
      expect(prediction?.ranked[0].confidence).toBeGreaterThan(0.9);
    }
    expect(best('the mower needs a new blade')?.category).toBe('tools');
  });

  test('ranks every category, likeliest first, and spends no more than certainty', () => {
    const ranked = predict(model, about('hello, my mower and the open parking'))?.ranked ?? [];
    const confidences = ranked.map(({ confidence }) => confidence);
    expect(ranked.map(({ category }) => category).sort()).toEqual(['other', 'plants', 'tools']);
    expect(confidences).toEqual(confidences.toSorted((a, b) => b - a));
    expect(confidences.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(1);
  });

  test('knows nothing about a text in which it knows nothing', () => {
    for (const text of ['', '???', '🌷🌷', 'Здравствуйте', '今日は']) expect(predict(model, about(text))).toBeNull();
  });

  test('gets less sure the less of a text it knows', () => {
    const [known, half, hardly] = [
      'mower blade',
      'mower blade xylophone quartz',
      'mower xylophone quartz bjuvwk qwzx vimful jyzzk kwopf',
    ].map((text) => best(text)?.confidence ?? 0);
    expect(half).toBeLessThan(known ?? 0);
    expect(hardly).toBeLessThan(0.7);
  });

  test('names the words that spoke for a category, strongest first', () => {
    const reasons = explain(model, about('Hello, the mower blade is lost', 'Engine'), 'tools');
    expect(
      reasons
        .slice(0, 3)
        .map(({ word }) => word)
        .sort(),
    ).toEqual(['blade', 'engine', 'mower']);
    expect(reasons.map(({ weight }) => weight)).toEqual(reasons.map(({ weight }) => weight).toSorted((a, b) => b - a));
    expect(explain(model, about('mower'), 'nowhere')).toEqual([]);
  });

  test('can leave categories out of the ranking', () => {
    const prediction = predict(model, about('snails have eaten holes'), (category) => category !== 'plants');
    expect(prediction?.ranked.map(({ category }) => category).includes('plants')).toBe(false);
    expect(prediction?.ranked[0].confidence).toBeLessThan(0.5);
    expect(predict(model, about('snails'), () => false)).toBeNull();
  });

  test('is judged on texts it had not seen', () => {
    expect(model.figures).toMatchObject({ n: 240, isFromOutcomes: true });
    expect(model.figures?.accuracy).toBeGreaterThan(0.9);
    expect(model.figures?.macroF1).toBeGreaterThan(0.9);
    expect(model.figures?.ece).toBeLessThan(0.1);
  });
});

describe('training', () => {
  test('gives the same model for the same seed, and reads another seed as another shuffle', () => {
    const examples = gardenExamples(10);
    expect(trainLocalModel(examples, garden, { seed }).id).toBe(trainLocalModel(examples, garden, { seed }).id);
    expect(trainLocalModel(examples, garden, { seed: 2 }).id).not.toBe(trainLocalModel(examples, garden, { seed }).id);
  });

  test('is not changed by an example of weight zero, of an unknown category or an unlisted subcategory', () => {
    const examples = gardenExamples(10);
    const { id } = trainLocalModel(examples, garden, { seed });
    const nothing = [example('mower mower mower', 'plants', { weight: 0 }), example('mower', 'gone')];
    expect(trainLocalModel([...examples, ...nothing], garden, { seed }).id).toBe(id);
    const [none, unlisted] = [null, 'gone'].map(
      (subcategory) => trainLocalModel([...examples, example('sharp', 'tools', { subcategory })], garden, { seed }).id,
    );
    expect(unlisted).toBe(none);
  });

  test('listens to weight: the heavier of two that contradict each other wins', () => {
    const said = (plants: number, tools: number) =>
      trainLocalModel(
        [
          ...gardenExamples(10),
          example('wheelbarrow', 'plants', { weight: plants }),
          example('wheelbarrow', 'tools', { weight: tools }),
        ],
        garden,
        { seed },
      );
    expect(best('wheelbarrow', said(1, 0.2))?.category).toBe('plants');
    expect(best('wheelbarrow', said(0.2, 1))?.category).toBe('tools');
  });

  test('learns from the taxonomy alone, but then is sure of nothing', () => {
    const cold = trainLocalModel([], garden, { seed });
    expect(cold.figures).toBeNull();
    expect(best('a broken spade needs repair', cold)?.category).toBe('tools');
    expect(best('a broken spade needs repair', cold)?.confidence).toBeLessThanOrEqual(0.5);
  });

  test('is never sure of a category that is only described, whatever it knows of the others', () => {
    const examples = gardenExamples(60).filter(({ category }) => category !== 'tools');
    const half = trainLocalModel(examples, garden, { seed });
    expect(best('spades, mowers and their repair', half)).toMatchObject({ category: 'tools' });
    expect(best('spades, mowers and their repair', half)?.confidence).toBeLessThanOrEqual(0.5);
  });

  test('copes with one category', () => {
    const alone = Taxonomy.parse({ fallback: 'other', categories: garden.categories.slice(2) });
    const examples = gardenExamples(40).filter(({ category }) => category === 'other');
    const single = trainLocalModel(examples, alone, { seed });
    expect(best('voucher parking', single)?.confidence).toBeGreaterThan(0.7);
    expect(best('🌷', single)).toBeUndefined();
  });

  test('copes with fewer examples of a category than there are folds', () => {
    const few = [...gardenExamples(20), example('compost heap', 'other'), example('hedge trimmer', 'tools')];
    expect(trainLocalModel(few.slice(-2), garden, { seed }).figures?.n).toBe(2);
    expect(trainLocalModel(few, garden, { seed }).figures?.n).toBe(82);
  });

  test('reads whole words only above 50,000 examples', () => {
    const many = Array.from({ length: 50_001 }, (_, at) =>
      example(at % 2 === 0 ? 'rake' : 'parking', at % 2 === 0 ? 'tools' : 'other'),
    );
    expect(trainLocalModel(many, garden, { seed }).vocabulary.readsCharacters).toBe(false);
    expect(model.vocabulary.readsCharacters).toBe(true);
  });

  test('makes no subcategories where fewer than two were seen', () => {
    expect([...model.children.keys()]).toEqual(['plants']);
    expect(predict(model, about('mower repair'))?.subcategory).toBeNull();
  });

  test('names a subcategory only where one is more likely than not', () => {
    const prediction = predict(model, about('the mower blade'), (category) => category === 'plants');
    expect(prediction).toMatchObject({ ranked: [{ category: 'plants' }], subcategory: null });
  });
});

describe('confidence', () => {
  test('counts as calibrated from 200 texts that people labelled', () => {
    const outcomes = gardenExamples(50);
    expect(trainLocalModel(outcomes, garden, { seed }).figures?.isFromOutcomes).toBe(true);
    expect(trainLocalModel(outcomes.slice(1), garden, { seed }).figures?.isFromOutcomes).toBe(false);
  });

  test('is not judged on what engines said', () => {
    const hearsay = gardenExamples(60).map((one) => ({ ...one, weight: 0.3 }));
    expect(trainLocalModel(hearsay, garden, { seed }).figures).toBeNull();
  });

  test('is not judged on starter examples once there are outcomes enough', () => {
    const starters = gardenExamples(5, 99).map(({ body, category }) => ({ body, category }));
    const taught = Taxonomy.parse({
      ...garden,
      categories: garden.categories.map((category) => ({
        ...category,
        examples: starters.filter((one) => one.category === category.key).map(({ body }) => ({ body })),
      })),
    });
    expect(trainLocalModel([], taught, { seed }).figures).toMatchObject({ n: 20, isFromOutcomes: false });
    expect(trainLocalModel(gardenExamples(10), taught, { seed }).figures).toMatchObject({ n: 60 });
    expect(trainLocalModel(gardenExamples(50), taught, { seed }).figures).toMatchObject({ n: 200 });
  });
});

describe('the documents to learn from', () => {
  const withStarter = Taxonomy.parse({
    ...garden,
    categories: garden.categories.map((category) =>
      category.key === 'tools' ? { ...category, examples: [{ body: 'My rake, no. 17' }] } : category,
    ),
  });
  const rakes = (examples: readonly Example[]) =>
    documentsOf(examples, withStarter)
      .filter(({ key }) => key.includes('rake'))
      .map(({ category, origin }) => [category, origin]);

  test('hold a starter example that was corrected only as corrected', () => {
    expect(rakes([])).toEqual([['tools', 'starter']]);
    expect(rakes([example('my rake, no. 23', 'other')])).toEqual([['other', 'outcome']]);
  });

  test('do not take a starter example for an outcome', () => {
    expect(rakes([example('My rake, no. 17', 'tools')])).toEqual([['tools', 'starter']]);
  });

  test('fall into the same fold where a person would call them the same', () => {
    const letters = ['Parcel 123 is late', 'parcel 987 IS LATE!!', 'Refund, please', 'refund please'];
    const examples = gardenExamples(20).concat(
      letters.flatMap((text) => [example(text, 'other'), example(text, 'tools')]),
    );
    const documents = documentsOf(examples, garden);
    const folds = dealFolds(documents, 3);
    const byKey = Map.groupBy(documents.keys(), (at) => documents[at]?.key);
    for (const places of byKey.values()) expect(new Set(places.map((at) => folds[at])).size).toBe(1);
    expect(new Set(documents.flatMap(({ origin }, at) => (origin === 'about' ? [folds[at]] : [])))).toEqual(
      new Set([-1]),
    );
  });

  test('are dealt so that each fold has its share of each category', () => {
    const documents = documentsOf(gardenExamples(50), garden);
    const folds = dealFolds(documents, 3);
    const counts = Map.groupBy(documents.keys(), (at) => `${documents[at]?.category} ${folds[at]}`);
    for (const fold of [0, 1, 2, 3, 4]) expect(counts.get(`plants ${fold}`)).toHaveLength(20);
  });
});

describe('the model of the first start', () => {
  const shipped = Taxonomy.parse(parse(readFileSync(new URL('../../taxonomy.yaml', import.meta.url), 'utf8')));
  const starter = trainLocalModel([], shipped, { seed });

  test.each([
    ['billing', 'my card was charged two times for one subscription'],
    ['technical', 'the app crashes every time I open it since the update'],
    ['shipping', 'where is my package, the tracking has not moved for a week'],
    ['returns', 'the shoes are too small, I want to return them'],
    ['account_access', 'I cannot log in, the password reset mail never comes'],
    ['feature_request', 'please add a dark mode to the app'],
    ['general', 'what are your opening hours on saturday'],
  ])('routes a clear ticket to %s', (category, text) => {
    expect(best(text, starter)).toMatchObject({ category });
    expect(best(text, starter)?.confidence).toBeGreaterThanOrEqual(0.7);
  });

  test.each([
    "it doesn't work",
    'asdf jkl qwer zuiop',
    'Quiero hablar con alguien por favor',
    'lorem ipsum dolor sit amet',
  ])('is not sure of "%s"', (text) => {
    expect(best(text, starter)?.confidence ?? 0).toBeLessThan(0.7);
  });
});
