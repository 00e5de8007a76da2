import { spawnSync } from 'node:child_process';

// Everything that a change must hold beside its tests, in the order in which it is quickest to find out.
const steps: [name: string, command: string, args: string[]][] = [
  ['format', 'oxfmt', ['--check', '.']],
  ['lint with types', 'oxlint', ['--type-aware', '--deny-warnings']],
  ['types', 'turbo', ['run', 'typecheck', '--output-logs=errors-only']],
  ['fences between rooms', 'turbo', ['boundaries']],
  ['dead code', 'knip', []],
  ['generated files', 'pnpm', ['generate']],
  [
    'generated files are committed',
    'git',
    ['diff', '--exit-code', '--stat', '--', 'docs', '.env.example', 'packages/db/migrations'],
  ],
];

const environment = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };
const failed: string[] = [];
for (const [name, command, args] of steps) {
  console.log(`\n── ${name}: ${command} ${args.join(' ')}`);
  const { status } = spawnSync(command, args, { stdio: 'inherit', env: environment });
  if (status !== 0) failed.push(name);
}
console.log(failed.length === 0 ? '\nEvery check holds.' : `\nThese checks failed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
