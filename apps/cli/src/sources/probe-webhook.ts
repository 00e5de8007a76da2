import type { Config } from '@usher/core/config';
import type { Account } from '@usher/helpdesk/account';
import { signedHeaders } from '@usher/helpdesk/sign';
import { webhookUrl } from './say.ts';

/** One thing that was tried. */
export interface Probe {
  what: 'webhook' | 'read' | 'write';
  result: 'ok' | 'failed' | 'skipped';
  detail: string;
  /** The calls that a decision would make. */
  calls?: { method: string; path: string; body: unknown }[];
}

const CALL_MS = 10_000;

/**
 * Sends the running API two deliveries that make no ticket: one that is signed, and one of which a byte was changed. The first
 * must be believed and the second refused.
 */
export async function probeWebhook(
  { connector }: Account,
  { name, secret, config }: { name: string; secret: string | undefined; config: Config },
): Promise<Probe> {
  const what = 'webhook';
  if (secret === undefined) {
    return { what, result: 'failed', detail: `it has no webhook secret yet: usher sources rotate ${name}` };
  }
  const body = Buffer.from('{"usher":"a test, which makes no ticket"}');
  const url = webhookUrl(config, name);
  const id = `usher-test-${Date.now()}`;
  const idHeader = connector.signature.kind === 'hmac' ? connector.signature.idHeader : undefined;
  const headers = { 'content-type': 'application/json', ...(idHeader !== undefined && { [idHeader]: id }) };
  const signed = signedHeaders(
    connector.signature,
    { method: 'POST', uri: url, headers, body },
    { secret, now: new Date() },
  );
  try {
    const right = await post(url, signed, body);
    if (!isBelieved(right))
      return { what, result: 'failed', detail: `${url} answered ${right.status}: ${right.detail}` };
    const forged = await post(url, { ...signed, [connector.signature.header]: 'forged' }, body);
    if (isBelieved(forged)) return { what, result: 'failed', detail: `${url} believes what is not signed` };
    return { what, result: 'ok', detail: `${url} believes what is signed and refuses what is not` };
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    return { what, result: 'failed', detail: `${url} was not reached (${why}); is the service running there?` };
  }
}

interface Answered {
  status: number;
  detail: string;
}

/** A genuine delivery without meaning is unreadable, ignored or a handshake; one that is not believed is 401. */
function isBelieved({ status }: Answered): boolean {
  return status === 422 || (status >= 200 && status < 300);
}

async function post(url: string, headers: Record<string, string>, body: Uint8Array<ArrayBuffer>): Promise<Answered> {
  const answer = await fetch(url, {
    method: 'POST',
    headers,
    body,
    signal: AbortSignal.timeout(CALL_MS),
    redirect: 'manual',
  });
  const said: unknown = await answer.json().catch(() => null);
  const detail = typeof said === 'object' && said !== null && 'detail' in said ? String(said.detail) : '';
  return { status: answer.status, detail };
}
