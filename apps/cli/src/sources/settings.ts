import type { Connector } from '@usher/core/connectors/connector';
import type { Ask } from '../ask.ts';
import { CannotDo } from '../failures.ts';

/** Settings as they are kept. */
export type Settings = Record<string, unknown>;

/** Completes settings with what their connector cannot do without: asked for, or named in CannotDo where nobody can be asked. */
export async function completeSettings(connector: Connector, given: Settings, ask: Ask | null): Promise<Settings> {
  const settings = { ...given };
  for (const name of missingIn(connector, settings)) {
    if (ask === null)
      throw new CannotDo('setting_missing', `${connector.title} needs ${name}: give it with ${flagOf(name)}.`);
    settings[name] = await ask.text(QUESTIONS[name] ?? `${name} (docs/connectors.md says where it stands)`);
  }
  return checkedSettings(connector, settings);
}

/** The settings as they were given, once their connector can read them. Throws CannotDo that names what is wrong. */
export function checkedSettings(connector: Connector, settings: Settings): Settings {
  const read = connector.settings.safeParse(settings);
  if (read.success) return settings;
  const problems = read.error.issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`);
  throw new CannotDo('settings_invalid', `These settings cannot be used. ${problems.join('; ')}.`);
}

const QUESTIONS: Readonly<Record<string, string>> = {
  base_url: 'Address of the helpdesk, such as https://acme.zendesk.com',
};

function missingIn(connector: Connector, settings: Settings): string[] {
  const read = connector.settings.safeParse(settings);
  const paths = read.success ? [] : read.error.issues.map(({ path }) => path);
  const names = paths.flatMap(([name]) => (typeof name === 'string' && settings[name] === undefined ? [name] : []));
  return [...new Set(names)];
}

function flagOf(name: string): string {
  return name === 'base_url' ? '--base-url https://…' : `--set ${name}=…`;
}
