import { EngineName } from '@usher/core/engine';
import type { Command } from 'commander';
import { claudeOf } from '../claude-engine.ts';
import { LabelledTicket, RecordedAnswer } from '../evaluation/lines.ts';
import { readLines } from '../evaluation/read-lines.ts';
import { runEvaluation, type UnderTest } from '../evaluation/run.ts';
import { showEvaluation } from '../evaluation/show.ts';
import { CannotDo } from '../failures.ts';
import type { Surroundings } from '../surroundings.ts';

interface Options {
  engine?: string;
  answers?: string;
}

export function addEvaluate(program: Command, { config, screen }: Surroundings): void {
  program
    .command('evaluate')
    .description('learn from one file of labelled tickets and say how an engine does on another; needs no server')
    .argument(
      '<train>',
      'tickets to learn from, a JSON object a line, may be gzipped: id, subject, body, category, subcategory if any',
    )
    .argument('<test>', 'tickets to judge on, likewise')
    .option('--engine <name>', `who is judged: ${EngineName.options.join(', ')}; local by default, which costs nothing`)
    .option(
      '--answers <file>',
      "Claude's recorded answers, a JSON object a line: id, category, confidence; then none is called",
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ usher evaluate train.jsonl test.jsonl\n  $ usher evaluate train.jsonl.gz test.jsonl.gz --engine cascade --answers answers.jsonl --json',
    )
    .action(async (trainPath: string, testPath: string, options: Options) => {
      const engine = await readEngine(options, config);
      const train = await readLines(trainPath, LabelledTicket);
      const test = await readLines(testPath, LabelledTicket);
      const evaluation = await runEvaluation({ train, test, engine, progress: (text) => screen.remark(text) });
      screen.show(evaluation, showEvaluation(evaluation));
    });
}

async function readEngine({ engine, answers }: Options, config: Surroundings['config']): Promise<UnderTest> {
  const name = readName(engine ?? 'local');
  if (name === 'local') {
    if (answers === undefined) return { name };
    throw new CannotDo('answers_unused', 'Recorded answers are for --engine claude or --engine cascade.');
  }
  if (answers !== undefined)
    return { name, source: { kind: 'recorded', answers: await readLines(answers, RecordedAnswer) } };
  return { name, source: liveClaude(name, config) };
}

function liveClaude(name: EngineName, config: Surroundings['config']) {
  const settings = config();
  if (settings.ANTHROPIC_API_KEY === undefined) {
    const what = `The engine ${name} needs ANTHROPIC_API_KEY, or recorded answers: --answers FILE.`;
    throw new CannotDo('no_key', what);
  }
  return { kind: 'live', engine: claudeOf(settings), concurrency: settings.USHER_CONCURRENCY } as const;
}

function readName(given: string): EngineName {
  const read = EngineName.safeParse(given);
  if (read.success) return read.data;
  throw new CannotDo('unknown_engine', `There is no engine "${given}". Known are: ${EngineName.options.join(', ')}.`);
}
