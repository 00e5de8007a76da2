import type { Connector } from '@usher/core/connectors/connector';
import type { SignedRequest } from '@usher/core/connectors/signature';
import type { Db } from '@usher/db/connect';
import { saveSource, type Source } from '@usher/db/sources';
import { signedHeaders } from '@usher/helpdesk/sign';
import { type Sample, settingsOf } from './connector-samples.ts';
import { credentialsFor } from './helpdesk/credentials.ts';
import { testVault } from './vault.ts';

/** A secret of the form that a connector wants. */
export function webhookSecret({ signature }: Connector): string {
  const isWhsec = signature.kind === 'hmac' && signature.secret === 'whsec';
  return isWhsec ? `whsec_${Buffer.alloc(32, 7).toString('base64')}` : 'a secret of 32 characters or more';
}

let made = 0;

/** Makes a source with a connector's sample settings and a name of its own. */
export async function makeSource(db: Db, connector: Connector, changed: Record<string, unknown> = {}): Promise<Source> {
  made += 1;
  const settings = settingsOf(connector.name, changed);
  const secrets = { webhook: [webhookSecret(connector)], credentials: credentialsFor(connector.credentials) };
  const source = { name: `${connector.name}-${made}`, connector: connector.name, settings, secrets, actor: 'test' };
  return saveSource(db, source, testVault);
}

/** What a helpdesk posts. */
export interface Posted {
  path: string;
  headers: Record<string, string>;
  body: string;
}

export interface PostOptions {
  now?: Date;
  /** Where the helpdesk believes the API to be. */
  origin?: string;
  secret?: string;
}

/** A sample as its helpdesk would post it to a source, signed. */
export function posted(
  connector: Connector,
  source: Pick<Source, 'name'>,
  { headers, body }: Pick<Sample, 'headers' | 'body'>,
  options: PostOptions = {},
): Posted {
  return postedText(connector, source, { headers, text: JSON.stringify(body) }, options);
}

/** Any text as a helpdesk would post it to a source, signed. */
export function postedText(
  connector: Connector,
  { name }: Pick<Source, 'name'>,
  { headers, text }: { headers: Readonly<Record<string, string>>; text: string },
  { now = new Date(), origin = 'http://localhost', secret = webhookSecret(connector) }: PostOptions = {},
): Posted {
  const path = `/webhooks/${name}`;
  const request: SignedRequest = { method: 'POST', uri: origin + path, headers, body: Buffer.from(text) };
  return { path, headers: signedHeaders(connector.signature, request, { secret, now }), body: text };
}
