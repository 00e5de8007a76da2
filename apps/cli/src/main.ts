import { existsSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { Screen } from './screen.ts';
import { terminal } from './ask.ts';

// Whoever reads along, such as `head`, may stop reading: then there is nobody left to tell.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

// What the environment sets already wins.
if (existsSync('.env')) process.loadEnvFile('.env');
// A backfill may run for hours beside other things. V8 would rather let its heap grow than collect: by default it takes
// twice the memory, for the same speed. Several threads that tidy up a few hundred kilobytes keep each other waiting. The
// thread that reads begins with as many megabytes of young objects as it may have.
if (process.argv[2] === 'backfill') {
  const frugal = ['--semi-space-growth-factor=1', '--heap-growing-percent=40'];
  for (const flag of [...frugal, '--no-parallel-scavenge', '--min-semi-space-size=2']) setFlagsFromString(flag);
}
const { runProgram } = await import('./program.ts');
const screen = new Screen({ out: process.stdout, error: process.stderr, isJson: process.argv.includes('--json') });
const ask = process.stdin.isTTY && process.stdout.isTTY && !screen.isJson ? terminal : null;
process.exitCode = await runProgram(process.argv.slice(2), { environment: process.env, screen, ask });
