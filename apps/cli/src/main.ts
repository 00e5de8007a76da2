import { existsSync } from 'node:fs';
import { Screen } from './screen.ts';
import { runProgram } from './program.ts';

// What the environment sets already wins.
if (existsSync('.env')) process.loadEnvFile('.env');
const screen = new Screen({ out: process.stdout, error: process.stderr, isJson: process.argv.includes('--json') });
process.exitCode = await runProgram(process.argv.slice(2), { environment: process.env, screen });
