import { runProgram } from '@usher/cli/program';
import { Screen } from '@usher/cli/screen';
import type { TestDatabase } from '../support/postgres.ts';
import { SECRET_KEY } from '../support/vault.ts';

/** What one command line did. */
export interface Ran {
  code: number;
  out: string;
  error: string;
  json: () => unknown;
}

/** Runs one command line as `usher` would, with these settings on top. */
export type Usher = (args: readonly string[], settings?: Record<string, string>) => Promise<Ran>;

/** Makes `usher` on a database, with a key for secrets. */
export function usherOn(database: TestDatabase, common: Record<string, string> = {}): Usher {
  return async (args, settings = {}) => {
    let out = '';
    let error = '';
    const sinks = {
      out: { write: (text: string) => (out += text) },
      error: { write: (text: string) => (error += text) },
    };
    const screen = new Screen({ ...sinks, isJson: args.includes('--json') });
    const environment = { DATABASE_URL: database.url, USHER_SECRET_KEY: SECRET_KEY, ...common, ...settings };
    const code = await runProgram(args, { environment, screen });
    return { code, out, error, json: () => JSON.parse(out) };
  };
}
