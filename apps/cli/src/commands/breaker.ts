import { Duration } from '@usher/core/duration';
import type { Config } from '@usher/core/config';
import { closeByHand, openByHand } from '@usher/db/breaker-by-hand';
import { type Breaker, breakerName, listBreakers } from '@usher/db/breakers';
import type { Db } from '@usher/db/connect';
import { accountOf } from '@usher/engines/claude/account';
import type { Command } from 'commander';
import { CannotDo } from '../failures.ts';
import { openDatabase } from '../open-database.ts';
import { table } from '../screen.ts';
import type { Surroundings } from '../surroundings.ts';

const ACTOR = 'usher breaker';

export function addBreaker(program: Command, { config, screen }: Surroundings): void {
  const breaker = program
    .command('breaker')
    .description('whether the fleet calls Claude: how it stands, stop it by hand, let it go on');
  breaker
    .command('status')
    .description('how the breaker of each account stands, and why')
    .action(async () => {
      await using database = await openDatabase(config());
      const listed = await listBreakers(database.db);
      const rows = listed.map((one) => [one.name, one.state, sinceOf(one), reasonOf(one)]);
      const text = listed.length === 0 ? 'Nobody has called Claude yet.' : table([HEAD, ...rows]);
      screen.show(listed.map(asDocument), text);
    });
  breaker
    .command('open')
    .description('let nobody call Claude: tickets wait, and are decided without it once they may wait no longer')
    .option('--for <duration>', 'how long: 90s, 15m, 2h; one call at a time probes afterwards', '1h')
    .option('--why <text>', 'why, for whoever looks', 'opened by hand')
    .addHelpText('after', '\nExample:\n  $ usher breaker open --for 30m --why "The key is being changed"')
    .action(async (options: { for: string; why: string }) => {
      const forMs = readDuration(options.for);
      const settings = config();
      await using database = await openDatabase(settings);
      const names = await namesOf(database.db, settings);
      if (names.length === 0) {
        throw new CannotDo(
          'no_account',
          'Nobody has called Claude yet. Set ANTHROPIC_API_KEY to say whose calls to stop.',
        );
      }
      await openByHand(database.db, names, { forMs, why: options.why, actor: ACTOR });
      screen.show({ opened: names, for_ms: forMs }, `Nobody calls Claude for ${options.for}: ${names.join(', ')}.`);
    });
  breaker
    .command('close')
    .description('let the fleet call Claude again, at once')
    .action(async () => {
      await using database = await openDatabase(config());
      const closed = await closeByHand(database.db, { why: 'closed by hand', actor: ACTOR });
      const text = closed.length === 0 ? 'No breaker was open.' : `Claude is called again: ${closed.join(', ')}.`;
      screen.show({ closed }, text);
    });
}

const HEAD = ['account', 'state', 'since', 'why'];

function sinceOf({ state, openedAt }: Breaker): string {
  return state === 'closed' ? '' : (openedAt?.toISOString() ?? '');
}

function reasonOf({ state, reason, detail, waitMs }: Breaker): string {
  if (state === 'closed') return 'Claude is called';
  const next = state === 'open' ? `a probe in ${Math.ceil(waitMs / 1_000)} s` : 'a probe decides';
  return `${reason}: ${detail}; ${next}`;
}

function asDocument({ name, state, reason, detail, openedAt, waitMs, times }: Breaker) {
  const isOpen = state !== 'closed';
  return {
    account: name,
    state,
    reason: isOpen ? reason : null,
    detail: isOpen ? detail : null,
    opened_at: isOpen ? (openedAt?.toISOString() ?? null) : null,
    probe_in_ms: waitMs,
    times,
  };
}

function readDuration(text: string): number {
  const read = Duration.safeParse(text);
  if (read.success) return read.data;
  throw new CannotDo('bad_duration', `--for ${text}: give a number with s, m or h, such as 90s, 15m or 2h.`);
}

async function namesOf(db: Db, { ANTHROPIC_API_KEY: apiKey }: Config): Promise<string[]> {
  const known = (await listBreakers(db)).map(({ name }) => name);
  return [...new Set([...known, ...(apiKey === undefined ? [] : [breakerName(accountOf(apiKey))])])];
}
