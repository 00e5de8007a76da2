import type { Connector, OpenConnector } from '@usher/core/connectors/connector';
import type { SourceSecrets } from '@usher/core/connectors/secrets';
import type { Failure } from '@usher/core/failure';
import { type Helpdesk, type HelpdeskOptions, openHelpdesk } from './helpdesk.ts';

/** A source whose helpdesk is called: its connector, with its settings, and its API. */
export interface Account {
  connector: Connector;
  desk: OpenConnector;
  /** Null where the vendor has no API that we use. */
  helpdesk: Helpdesk | null;
}

/** A source as it is kept, opened. */
export interface AccountSource {
  name: string;
  connector: string;
  settings: Readonly<Record<string, unknown>>;
  secrets: SourceSecrets;
}

/** A source cannot be used as it is set up. */
export class SourceUnusable extends Error implements Failure {
  readonly code = 'source_unusable';
  readonly retry = 'backoff';

  constructor(name: string, why: string) {
    super(`the source ${name} cannot be used: ${why}`);
    this.name = 'SourceUnusable';
  }
}

/** Opens a source's account. `find` knows the connectors by name. Throws SourceUnusable. */
export function openAccount(
  source: AccountSource,
  { find, ...options }: HelpdeskOptions & { find: (name: string) => Connector | undefined },
): Account {
  const { name, settings, secrets } = source;
  const connector = find(source.connector);
  if (connector === undefined) throw new SourceUnusable(name, `there is no connector ${source.connector}`);
  const read = connector.settings.safeParse(settings);
  if (!read.success) {
    const places = read.error.issues.map(({ path, message }) => `${path.map(String).join('.')} ${message}`);
    throw new SourceUnusable(name, `its settings are not as the connector wants them (${places.join('; ')})`);
  }
  const { api } = connector;
  const { credentials } = secrets;
  const helpdesk = api === null ? null : openHelpdesk({ api, baseUrl: read.data.base_url, credentials }, options);
  return { connector, desk: connector.open(settings), helpdesk };
}
