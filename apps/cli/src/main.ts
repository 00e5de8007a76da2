import { existsSync } from 'node:fs';
import { Screen } from './screen.ts';
import { terminal } from './ask.ts';
import { runProgram } from './program.ts';

// What the environment sets already wins.
if (existsSync('.env')) process.loadEnvFile('.env');
const screen = new Screen({ out: process.stdout, error: process.stderr, isJson: process.argv.includes('--json') });
const ask = process.stdin.isTTY && process.stdout.isTTY && !screen.isJson ? terminal : null;
process.exitCode = await runProgram(process.argv.slice(2), { environment: process.env, screen, ask });
