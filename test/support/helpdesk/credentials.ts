import type { Authorisation } from '@usher/core/connectors/connector';

/** Credentials under every name that a connector asks for, as an operator would give them. */
export function credentialsFor(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, `the ${name.replaceAll('_', ' ')}`]));
}

/** The headers by which a vendor knows a caller; `token` is the one that it gave out last. */
export function expectedHeaders(
  authorisation: Authorisation,
  { credentials, token }: { credentials: Readonly<Record<string, string>>; token: string },
): Record<string, string> {
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (_, name: string) => credentials[name] ?? '');
  switch (authorisation.kind) {
    case 'basic': {
      const both = `${fill(authorisation.user)}:${fill(authorisation.password)}`;
      return { authorization: `Basic ${Buffer.from(both).toString('base64')}` };
    }
    case 'header':
      return { [authorisation.name.toLowerCase()]: fill(authorisation.value) };
    case 'oauth2':
      return { authorization: `Bearer ${token}` };
  }
}
