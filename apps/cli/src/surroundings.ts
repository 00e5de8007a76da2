import type { Config } from '@usher/core/config';
import type { Ask } from './ask.ts';
import type { Screen } from './screen.ts';

/** What every command gets: the settings, read when it first needs them, and where to write. */
export interface Surroundings {
  config: () => Config;
  environment: Readonly<Record<string, string | undefined>>;
  screen: Screen;
  /** Makes the exit code 1 where a command has shown by itself that something failed. */
  fail: () => void;
  /** Asks the person at the terminal; null where there is none. */
  ask: Ask | null;
}
