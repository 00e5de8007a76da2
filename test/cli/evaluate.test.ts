import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { runProgram } from '@usher/cli/program';
import { Screen } from '@usher/cli/screen';
import type { Evaluation } from '@usher/core/evaluation/evaluation';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gardenExamples } from '../engines/local-desk.ts';
import { startClaudeServer } from '../support/claude-server.ts';

interface Line {
  id: string;
  subject: string;
  body: string;
  category: string;
}

/** Tickets of the garden shop whose labels are written as people write them. */
const TITLES: Record<string, string> = { plants: 'Plants & Flowers', tools: 'Tools', other: 'Other' };
const lines = (name: string, each: number, seed: number): Line[] =>
  gardenExamples(each, seed).map(({ subject, body, category }, at) => ({
    id: `${name}-${at}`,
    subject,
    body,
    category: TITLES[category] ?? category,
  }));
const train = lines('train', 80, 7);
const judged = lines('test', 12, 8);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'usher-evaluate-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(name: string, rows: readonly object[]): Promise<string> {
  const path = join(folder, name);
  const text = rows.map((row) => JSON.stringify(row)).join('\n');
  await writeFile(path, name.endsWith('.gz') ? gzipSync(text) : text);
  return path;
}

async function evaluateFiles(args: readonly string[], environment: Record<string, string> = {}) {
  let out = '';
  let error = '';
  const sinks = {
    out: { write: (text: string) => (out += text) },
    error: { write: (text: string) => (error += text) },
  };
  const screen = new Screen({ ...sinks, isJson: args.includes('--json') });
  const code = await runProgram(['evaluate', ...args], { environment, screen });
  const json = (): Evaluation => JSON.parse(out);
  return { code, out, error, json };
}

describe('usher evaluate', () => {
  let trainPath: string;
  let testPath: string;
  beforeAll(async () => {
    trainPath = await write('train.jsonl.gz', train);
    testPath = await write('test.jsonl', judged);
  });

  test('tells everything there is to know about the local model as one JSON document', async () => {
    const { code, json } = await evaluateFiles([trainPath, testPath, '--json']);
    expect(code).toBe(0);
    expect(Object.keys(json())).toEqual([
      'n',
      'accuracy',
      'accuracyInterval',
      'macroF1',
      'ece',
      'riskCoverage',
      'promises',
      'baselines',
      'recallAt5',
      'leak',
      'trainMs',
      'predictPerSecond',
    ]);
    const { n, accuracy, riskCoverage, baselines, recallAt5, promises } = json();
    expect(n).toBe(judged.length);
    expect(accuracy).toBeGreaterThan(0.9);
    expect(riskCoverage.at(-1)).toMatchObject({ coverage: 1, risk: expect.closeTo(1 - accuracy, 9) });
    // Two of the four kinds of made-up tickets are about plants.
    expect(baselines.majority).toBeCloseTo(0.5, 9);
    expect(recallAt5).toBe(1);
    expect(promises.map(({ risk }) => risk)).toEqual([0.1, 0.05, 0.02]);
  });

  test('shows people the same figures with their intervals', async () => {
    const { out, error } = await evaluateFiles([trainPath, testPath]);
    expect(out).toMatch(/^accuracy +\d+\.\d % +\d+\.\d % to \d+\.\d % +48$/m);
    expect(out).toMatch(/^calibration error +.*too little data +48$/m);
    expect(out).toMatch(/^nearest-neighbour baseline +\d/m);
    expect(error).toContain('Learning from 320 tickets');
  });

  test('judges subcategories where the tickets have some', async () => {
    const withChildren = (seed: number, each: number) =>
      gardenExamples(each, seed).map((example, at) => ({ id: at, ...example }));
    const [trainPath, testPath] = [
      await write('children.jsonl', withChildren(7, 80)),
      await write('children-test.jsonl', withChildren(8, 12)),
    ];
    const { subcategories } = (await evaluateFiles([trainPath, testPath, '--json'])).json();
    // Three of the four kinds of made-up tickets have a subcategory; tools have one, which is nothing to tell apart.
    expect(subcategories).toMatchObject({ n: 36, accuracy: { n: 36 } });
    expect(subcategories?.rightWhenNamed.value).toBeGreaterThan(0.9);
    expect(subcategories?.accuracy.value).toBeGreaterThan(0.5);
    const { out } = await evaluateFiles([trainPath, testPath]);
    expect(out).toMatch(/^category and subcategory right +\d+\.\d % +\d+\.\d % to \d+\.\d % +36$/m);
  });

  test('names a test that repeats what was learnt from', async () => {
    const leaky = await write('leaky.jsonl', [...judged, ...train.slice(0, 20)]);
    const { leak } = (await evaluateFiles([trainPath, leaky, '--json'])).json();
    expect(leak).toMatchObject({ suspected: true, reason: expect.stringContaining('nearly the same') });
    expect(leak.share).toBeGreaterThanOrEqual(20 / 68);
  });

  test('a label that was never learnt counts as wrong', async () => {
    const strange = await write(
      'strange.jsonl',
      judged.map((line) => ({ ...line, category: 'Poultry' })),
    );
    expect((await evaluateFiles([trainPath, strange, '--json'])).json()).toMatchObject({
      accuracy: 0,
      macroF1: 0,
      recallAt5: 0,
      baselines: { majority: 0 },
    });
  });

  test('names the file and every bad line', async () => {
    const bad = join(folder, 'bad.jsonl');
    await writeFile(bad, `${JSON.stringify(judged[0])}\n\n{"id": 7, "body": "x"}\nnonsense\n`);
    const { code, error } = await evaluateFiles([trainPath, bad]);
    expect(code).toBe(1);
    expect(error).toContain(`${bad}:3: category: `);
    expect(error).toContain(`${bad}:4: is not JSON`);
    expect(error).not.toContain(`${bad}:1:`);
  });

  test('says when a file is missing, empty, cut off or of one category', async () => {
    const empty = await write('empty.jsonl', []);
    expect((await evaluateFiles([trainPath, empty])).error).toContain('The test file has no tickets');
    expect((await evaluateFiles([empty, testPath])).error).toContain('at least two categories');
    expect((await evaluateFiles([join(folder, 'none'), testPath])).error).toContain('none cannot be read: ENOENT');
    const cut = join(folder, 'cut.gz');
    await writeFile(cut, gzipSync('{}'.repeat(1_000)).subarray(0, 20));
    expect(await evaluateFiles([cut, testPath])).toMatchObject({
      code: 1,
      error: expect.stringContaining('cut.gz cannot be read'),
    });
  });
});

describe('usher evaluate with recorded answers', () => {
  let trainPath: string;
  let testPath: string;
  beforeAll(async () => {
    trainPath = await write('train.jsonl', train);
    testPath = await write('test.jsonl.gz', judged);
  });
  const answerTo = ({ id, category }: Line, confidence: number) => ({ id, category, confidence });

  test('counts what the model said, whatever the letter case of its labels', async () => {
    const answers = judged.map((line, at) => {
      if (at % 4 === 0) return answerTo({ ...line, category: 'Tools' }, 0.6);
      return answerTo({ ...line, category: line.category.toUpperCase() }, 0.9);
    });
    const path = await write('answers.jsonl', answers);
    const evaluation = (
      await evaluateFiles([trainPath, testPath, '--engine', 'claude', '--answers', path, '--json'])
    ).json();
    const wrong = judged.filter(({ category }, at) => at % 4 === 0 && category !== 'Tools').length;
    expect(evaluation.accuracy).toBeCloseTo(1 - wrong / judged.length, 9);
    expect(evaluation).not.toHaveProperty('callsSaved');
    expect(evaluation.promises.every(({ threshold, wrong }) => threshold === null && wrong === null)).toBe(true);
  });

  test('promises something about the model only where there are answers to tickets of the training file', async () => {
    const answers = [...train, ...judged].map((line) => answerTo(line, 0.9));
    const path = await write('both.jsonl', answers);
    const evaluation = (
      await evaluateFiles([trainPath, testPath, '--engine', 'claude', '--answers', path, '--json'])
    ).json();
    expect(evaluation.promises).toMatchObject([
      { risk: 0.1, coverage: 1, wrong: 0, threshold: 0.9 },
      { risk: 0.05, coverage: 1, wrong: 0 },
      { risk: 0.02, coverage: 1, wrong: 0 },
    ]);
  });

  test('answers without a confidence have no calibration error, and a missing answer is wrong', async () => {
    const path = await write(
      'bare.jsonl',
      judged.slice(1).map(({ id, category }) => ({ id, category })),
    );
    const evaluation = (
      await evaluateFiles([trainPath, testPath, '--engine', 'claude', '--answers', path, '--json'])
    ).json();
    expect(evaluation.ece).toBeNull();
    expect(evaluation.accuracy).toBeCloseTo(1 - 1 / judged.length, 9);
  });

  test('the cascade asks only where the local model is unsure, and says how many calls that saves', async () => {
    const unclear = judged.map((line, at) =>
      at % 5 === 0 ? { ...line, subject: '', body: 'hello again thanks' } : line,
    );
    const unclearPath = await write('unclear.jsonl', unclear);
    const path = await write(
      'right.jsonl',
      judged.map((line) => answerTo(line, 0.9)),
    );
    const args = [trainPath, unclearPath, '--answers', path, '--json'];
    const cascade = (await evaluateFiles([...args, '--engine', 'cascade'])).json();
    const local = (await evaluateFiles([trainPath, unclearPath, '--json'])).json();
    expect(cascade.callsSaved).toBeGreaterThan(0.5);
    expect(cascade.callsSaved).toBeLessThanOrEqual(0.8);
    expect(cascade.accuracy).toBeGreaterThan(local.accuracy);
  });

  describe('to texts of which the local model is unsure', () => {
    /** Every second text says nothing about its category. */
    const vague = (name: string, each: number, seed: number) =>
      lines(name, each, seed).map((line, at) =>
        at % 2 === 0 ? line : { ...line, subject: '', body: 'hello again thanks' },
      );
    /** A Claude that is always sure and never reads: plants, which half of the texts are about, or tools, which a quarter are. */
    const sureAnswers = (rows: readonly Line[]) =>
      rows.map(({ id }, at) =>
        answerTo({ id, category: at % 3 === 0 ? 'Tools' : (TITLES.plants ?? ''), subject: '', body: '' }, 0.97),
      );
    const cascadeOn = async (test: readonly Line[], answers: readonly object[], trainOn = trainPath) => {
      const testPath = await write('vague.jsonl', test);
      const path = await write('sure.jsonl', answers);
      const args = [trainOn, testPath, '--engine', 'cascade', '--answers', path];
      return { ...(await evaluateFiles([...args, '--json'])).json(), shown: (await evaluateFiles(args)).out };
    };

    test('a calibrator is cross-fitted that knows better than Claude how often it is right', async () => {
      const test = vague('test', 80, 9);
      const { calibrator, accuracy, ece, callsSaved, shown } = await cascadeOn(test, sureAnswers(test));
      expect(calibrator).toMatchObject({ isUsed: true, fittedOn: 'test', folds: 5 });
      if (calibrator?.with == null) throw new Error('no calibrator is used');
      const { without: before, with: after } = calibrator;
      expect(calibrator.n).toBe(before.claude.n);
      expect(before.claude.ece).toBeGreaterThan(0.3);
      expect(after.claude.ece).toBeLessThan(0.12);
      expect(after.claude.auroc?.low).toBeGreaterThan(0.5);
      expect(after).toMatchObject({ accuracy, ece, callsSaved });
      expect(before).toMatchObject({ accuracy, callsSaved, claude: { auroc: { share: 0.5 } } });
      expect(shown).toMatch(/^without .+\nwith .+\n\nCross-fitted on \d+ answers to the test itself/m);
    });

    test('a calibrator is fitted on answers to training tickets where there are any', async () => {
      const mixedTrain = [...train, ...vague('vague-train', 80, 10)];
      const mixedPath = await write('vague-train.jsonl', mixedTrain);
      const test = vague('test', 20, 11);
      const { calibrator } = await cascadeOn(test, sureAnswers([...mixedTrain, ...test]), mixedPath);
      expect(calibrator).toMatchObject({ isUsed: true, fittedOn: 'train', folds: null });
      expect(calibrator?.n).toBeGreaterThanOrEqual(100);
      expect(calibrator?.with?.claude.ece).toBeLessThan(calibrator?.without.claude.ece ?? 0);
    });

    test('with too little data no calibrator is used, and that is said', async () => {
      const test = vague('test', 12, 12);
      const { calibrator, shown, ece } = await cascadeOn(test, sureAnswers(test));
      expect(calibrator).toMatchObject({
        isUsed: false,
        fittedOn: null,
        with: null,
        without: { ece },
        reason: expect.stringMatching(/^Too little data: .* 100 are needed/),
      });
      expect(shown).toContain('Too little data: ');
      expect(shown).not.toMatch(/^with /m);
    });
  });

  test('says so when no answer belongs to the test, or nobody would read them', async () => {
    const path = await write('foreign.jsonl', [{ id: 'elsewhere', category: 'Tools' }]);
    const foreign = await evaluateFiles([trainPath, testPath, '--engine', 'claude', '--answers', path]);
    expect(foreign).toMatchObject({ code: 1, error: expect.stringContaining('no id is in both') });
    const unused = await evaluateFiles([trainPath, testPath, '--answers', path]);
    expect(unused).toMatchObject({ code: 1, error: expect.stringContaining('--engine claude or --engine cascade') });
  });
});

describe('usher evaluate with Claude itself', () => {
  test('needs a key', async () => {
    const path = await write('some.jsonl', judged);
    for (const engine of ['claude', 'cascade']) {
      expect(await evaluateFiles([path, path, '--engine', engine])).toMatchObject({
        code: 1,
        error: expect.stringMatching(/needs ANTHROPIC_API_KEY.*--answers/),
      });
    }
    expect((await evaluateFiles([path, path, '--engine', 'oracle'])).error).toContain('There is no engine "oracle"');
  });

  test('asks about every ticket, with similar labelled tickets beside it', async () => {
    await using claude = await startClaudeServer();
    const few = judged.filter((_, at) => at % 10 === 0);
    const [trainPath, testPath] = [await write('train.jsonl', train), await write('few.jsonl', few)];
    const settings = { ANTHROPIC_API_KEY: 'test-key', ANTHROPIC_BASE_URL: claude.url };
    const { code, json } = await evaluateFiles([trainPath, testPath, '--engine', 'claude', '--json'], settings);
    expect(code).toBe(0);
    expect(json().n).toBe(few.length);
    expect(claude.requests.length).toBeGreaterThanOrEqual(few.length);
    expect(JSON.stringify(claude.requests[0])).toMatch(/similar_tickets.{1,40}subject/);
  });
});
