import { readConfig } from '@usher/core/config';
import { Command, CommanderError } from 'commander';
import { commandsFor } from './commands.ts';
import type { Surroundings } from './surroundings.ts';

const EXAMPLES = `
Examples:
  $ usher doctor
  $ usher classify "Charged twice" "I see two charges of 49 EUR for order 1182."
  $ usher correct api:T-1 billing --subcategory charge_dispute
  $ usher report
  $ usher replay --threshold 0.9 --since 7d
  $ usher backfill tickets.csv --shadow
  $ usher cost --from 2026-11-01
  $ usher evaluate train.jsonl test.jsonl
  $ usher keys create "Web shop" --scope intake
  $ usher taxonomy check taxonomy.yaml`;

/** Runs one command line and answers the exit code: 0 done, 1 could not be done, 2 the command line is wrong. */
export async function runProgram(
  args: readonly string[],
  {
    environment,
    screen,
    ask = null,
  }: Pick<Surroundings, 'environment' | 'screen'> & Partial<Pick<Surroundings, 'ask'>>,
): Promise<number> {
  let exitCode = 0;
  const fail = () => void (exitCode = 1);
  const surroundings: Surroundings = { config: () => readConfig(environment), environment, screen, fail, ask };
  const program = new Command('usher')
    .description('Reads every support ticket, decides what it is about and shows it to the right team.')
    .option('--json', 'print one JSON document instead of text')
    .addHelpText('after', EXAMPLES)
    .showSuggestionAfterError()
    .exitOverride();
  for (const add of await commandsFor(args)) add(program, surroundings);
  for (const command of everyCommand(program))
    command.option('--json', 'print one JSON document instead of text').exitOverride();
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2;
    screen.showError(thrown);
    return 1;
  }
}

function everyCommand(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...everyCommand(child)]);
}
