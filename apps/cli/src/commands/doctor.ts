import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, ConfigInvalid } from '@usher/core/config';
import { startPostgres } from '@usher/embedded/start-postgres';
import type { Command } from 'commander';
import { type Check, reasonOf, worstOf } from '../doctor/check.ts';
import { checkClaude } from '../doctor/claude.ts';
import { checkDatabase } from '../doctor/database.ts';
import { checkQueue } from '../doctor/queue.ts';
import { ownVault } from '../secret-key.ts';
import type { Surroundings } from '../surroundings.ts';
import { readTaxonomyFile } from '../taxonomy-file.ts';

export function addDoctor(program: Command, surroundings: Surroundings): void {
  program
    .command('doctor')
    .description(
      'look whether everything that Usher needs is there and in order; with a key, ask Claude about a ticket',
    )
    .option('--offline', 'leave Claude out, which costs about a cent and a half otherwise')
    .addHelpText(
      'after',
      '\nThe exit code is 0 if nothing failed, warnings or not, and 1 otherwise.\n\nExample:\n  $ usher doctor --json',
    )
    .action(async ({ offline = false }: { offline?: boolean }) => {
      const checks: Check[] = [];
      for await (const check of examine(surroundings, offline)) {
        checks.push(check);
        if (!surroundings.screen.isJson) surroundings.screen.show(check, lineOf(check));
      }
      const status = worstOf(checks);
      if (surroundings.screen.isJson) surroundings.screen.show({ status, checks }, '');
      if (status === 'failed') surroundings.fail();
    });
}

async function* examine({ config, screen }: Surroundings, isOffline: boolean): AsyncGenerator<Check> {
  const settings = readSettings(config);
  if ('name' in settings) {
    yield settings;
    return;
  }
  yield { name: 'settings', status: 'ok', says: `engine ${settings.engine}, mode ${settings.USHER_MODE}` };
  yield* checkServices(settings);
  if (isOffline) return;
  if (settings.ANTHROPIC_API_KEY !== undefined) screen.remark('Asking Claude about a ticket …');
  try {
    yield* await checkClaude(settings, await readTaxonomyFile(settings.USHER_TAXONOMY));
  } catch (thrown) {
    yield { name: 'claude', status: 'failed', says: reasonOf(thrown), todo: 'Mend the file that it names.' };
  }
}

function readSettings(config: () => Config): Config | Check {
  try {
    return config();
  } catch (thrown) {
    if (!(thrown instanceof ConfigInvalid)) throw thrown;
    return { name: 'settings', status: 'failed', says: thrown.problems.join('; '), todo: 'See docs/configuration.md.' };
  }
}

async function* checkServices(settings: Config): AsyncGenerator<Check> {
  const { DATABASE_URL: databaseUrl, USHER_DATA_DIR: directory } = settings;
  if (databaseUrl === undefined && !existsSync(join(directory, 'postgres'))) {
    const says = `none yet: the first npm start brings its own Postgres in ${directory}`;
    yield { name: 'database', status: 'warning', says, todo: 'Run npm start, or set DATABASE_URL.' };
    return;
  }
  if (databaseUrl !== undefined) {
    yield* checkServicesAt(databaseUrl, settings);
    return;
  }
  try {
    await using own = await startPostgres({ directory });
    yield* checkServicesAt(own.url, settings);
  } catch (thrown) {
    const todo = `Look into ${directory}; the message says what is in the way.`;
    yield { name: 'database', status: 'failed', says: reasonOf(thrown), todo };
  }
}

async function* checkServicesAt(databaseUrl: string, settings: Config): AsyncGenerator<Check> {
  const { queueUrl = databaseUrl } = settings;
  yield* await checkDatabase(databaseUrl, await ownVault(settings));
  yield* await checkQueue(queueUrl);
}

const MARKS = { ok: 'ok     ', warning: 'warning', failed: 'FAILED ' };

function lineOf({ name, status, says, todo }: Check): string {
  return `${MARKS[status]}  ${name}: ${says}${todo === undefined ? '' : `\n         → ${todo}`}`;
}
