import { randomBytes } from 'node:crypto';
import type { Connector } from '@usher/core/connectors/connector';
import type { Ask } from '../ask.ts';
import { CannotDo } from '../failures.ts';
import type { Pairs } from './flags.ts';

/** The webhook's secret, and whether it was made just now and must be given to the helpdesk. */
export interface WebhookSecret {
  secret: string | null;
  isMade: boolean;
}

/** The webhook's secret as it was given, or asked for; else a new one where it is ours to make. Null where it comes later. */
export async function webhookSecret(
  connector: Connector,
  given: string | undefined,
  ask: Ask | null,
): Promise<WebhookSecret> {
  if (given !== undefined) return { secret: checkedSecret(connector, given), isMade: false };
  if (connector.secretIs !== 'theirs') return { secret: newSecret(connector), isMade: true };
  const said = await ask?.secret(`Webhook secret that ${connector.title} shows (empty: later)`, { mayBeEmpty: true });
  return said === undefined || said.trim() === ''
    ? { secret: null, isMade: false }
    : { secret: said.trim(), isMade: false };
}

/** A new secret in the form that the connector wants. */
export function newSecret({ signature }: Connector): string {
  if (isWhsec(signature)) return `whsec_${randomBytes(32).toString('base64')}`;
  return randomBytes(32).toString('base64url');
}

function isWhsec(signature: Connector['signature']): boolean {
  return signature.kind === 'hmac' && signature.secret === 'whsec';
}

/** Throws CannotDo where a secret does not have the form that the connector wants. */
export function checkedSecret({ signature }: Connector, secret: string): string {
  const trimmed = secret.trim();
  if (trimmed === '') throw new CannotDo('secret_invalid', 'The webhook secret is empty.');
  if (isWhsec(signature) && !/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/.test(trimmed)) {
    throw new CannotDo('secret_invalid', 'The secret must be whsec_ followed by 24 to 64 bytes in base64.');
  }
  return trimmed;
}

/** The credentials that a connector needs: as given, else asked for. Throws CannotDo that names those that are missing. */
export async function completeCredentials(
  { credentials: names, title }: Connector,
  given: Pairs,
  ask: Ask | null,
): Promise<Record<string, string>> {
  const unknown = Object.keys(given).filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new CannotDo(
      'credential_unknown',
      `${title} knows no credential ${unknown.join(', ')}. It needs: ${names.join(', ') || 'none'}.`,
    );
  }
  const credentials: Record<string, string> = { ...given };
  for (const name of names) {
    if (credentials[name] !== undefined && credentials[name] !== '') continue;
    if (ask === null)
      throw new CannotDo('credential_missing', `${title} needs ${name}: give it with --credential ${name}=….`);
    credentials[name] = (await ask.secret(`${name} of ${title}`)).trim();
  }
  return credentials;
}
