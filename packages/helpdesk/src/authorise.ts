import type { Authorisation } from '@usher/core/connectors/connector';
import { call } from './call.ts';
import { HelpdeskRefused, HelpdeskUnreachable } from './failures.ts';
import type { HelpdeskOptions } from './helpdesk.ts';

/** Says with which headers calls are authorised. */
export interface Authoriser {
  /** Throws HelpdeskRefused and HelpdeskUnreachable where a token cannot be got. */
  headers(signal: AbortSignal): Promise<Record<string, string>>;
  /** Forgets a token that was refused; answers whether there was one. */
  forget(): boolean;
}

interface Account {
  authorisation: Authorisation;
  baseUrl: string;
  credentials: Readonly<Record<string, string>>;
}

/** A token is taken for spent this many milliseconds before it is. */
const MARGIN_MS = 60_000;
/** For how long a token counts whose answer does not say so. */
const UNSAID_MS = 10 * 60_000;
const MAX_TOKEN_BYTES = 65_536;

/** Makes the authoriser of one account; a client's token (RFC 6749, 4.4) is got once for all who need it. */
export function createAuthoriser(account: Account, options: HelpdeskOptions): Authoriser {
  const { authorisation, credentials } = account;
  let token: { promise: Promise<Token>; goodUntil: number } | undefined;
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (_, name: string) => credentials[name] ?? '');

  const currentToken = async (signal: AbortSignal): Promise<Token> => {
    if (token === undefined || token.goodUntil <= Date.now()) {
      const asked = { promise: askForToken(account, { ...options, signal, fill }), goodUntil: Infinity };
      token = asked;
      asked.promise.then(
        ({ forMs }) => (asked.goodUntil = Date.now() + forMs - MARGIN_MS),
        () => (token = token === asked ? undefined : token),
      );
    }
    return token.promise;
  };

  return {
    async headers(signal) {
      switch (authorisation.kind) {
        case 'basic': {
          const pair = `${fill(authorisation.user)}:${fill(authorisation.password)}`;
          return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
        }
        case 'header':
          return { [authorisation.name]: fill(authorisation.value) };
        case 'oauth2':
          return { authorization: `Bearer ${(await currentToken(signal)).text}` };
      }
    },
    forget() {
      const wasThere = token !== undefined;
      token = undefined;
      return wasThere;
    },
  };
}

interface Token {
  text: string;
  forMs: number;
}

type TokenOptions = HelpdeskOptions & { signal: AbortSignal; fill: (text: string) => string };

async function askForToken({ authorisation, baseUrl }: Account, { fill, ...options }: TokenOptions): Promise<Token> {
  if (authorisation.kind !== 'oauth2') throw new Error('this account needs no token');
  const { tokenPath: path, clientId, clientSecret } = authorisation;
  const form = { grant_type: 'client_credentials', client_id: fill(clientId), client_secret: fill(clientSecret) };
  const headers = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
  const body = new URLSearchParams(form).toString();
  const wanted = { method: 'POST', url: baseUrl + path, headers, body } as const;
  const answer = await call(wanted, { ...options, maxBytes: MAX_TOKEN_BYTES });
  if (answer.kind === 'failed') throw new HelpdeskUnreachable(answer.error);
  const { status, pauseMs } = answer;
  if (status < 200 || status > 299) {
    throw new HelpdeskRefused({ method: 'POST', path, status, pauseMs });
  }
  return tokenIn(answer.body);
}

function tokenIn(bytes: Uint8Array): Token {
  const text = new TextDecoder().decode(bytes);
  const { access_token: token, expires_in: seconds } = asRecord(text);
  if (typeof token !== 'string' || token === '') throw new HelpdeskUnreachable('its answer holds no access token');
  return { text: token, forMs: typeof seconds === 'number' ? seconds * 1_000 : UNSAID_MS };
}

function asRecord(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
