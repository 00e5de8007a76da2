import { createRoute, z } from '@hono/zod-openapi';
import { type Delivery, deliveryIdOf } from '@usher/core/connectors/delivery-id';
import { loadOf } from '@usher/core/connectors/intake';
import type { SignedRequest } from '@usher/core/connectors/signature';
import { SecretKeyMissing, SecretKeyWrong } from '@usher/db/vault';
import { type Verdict, verify } from '@usher/helpdesk/verify';
import type { Context } from 'hono';
import { ZodError } from 'zod';
import { admit } from '../admission.ts';
import type { Deps } from '../deps.ts';
import type { Guarded } from '../guard.ts';
import type { IncomingSource } from '../incoming-sources.ts';
import { Problem } from '../problem.ts';
import { limitBody, parseJson, readBytes, requireJson } from '../read-body.ts';
import { Taken, showTaken } from '../view/taken.ts';
import { awayProblem, bodyProblems, json, problem } from './answers.ts';
import type { Api } from './api.ts';

/** Helpdesks send the whole ticket, sometimes with what was said so far. */
const MAX_BYTES = 4 * 1_048_576;

export const helpdeskWebhook = createRoute({
  method: 'post',
  path: '/webhooks/{source}',
  operationId: 'takeWebhook',
  tags: ['Tickets'],
  summary: "Take in a helpdesk's own webhook",
  description:
    'Signed as the helpdesk signs, over the raw body; `usher sources add` shows the URL. Answers 202 as soon as everything is stored. A delivery that was taken before changes nothing. The body may have 4 MiB.',
  request: { params: z.object({ source: z.string().describe('Name of the source.') }) },
  responses: {
    200: json('The helpdesk only checked the address.', z.looseObject({})),
    202: json('Stored.', Taken),
    ...bodyProblems,
    401: problem('Not signed, or not as it must be; the code says which.'),
    404: problem('There is no such source, or it sends no webhooks.'),
    422: problem('Signed and understood, but not of the form that this helpdesk is known to send. Nothing was stored.'),
    ...awayProblem,
  },
});

/** Adds the route to which helpdesks send their own webhooks. */
export function addHelpdeskWebhook(api: Api, deps: Deps): void {
  const middleware = [admit(deps.admissions.webhooks, MAX_BYTES), limitBody(MAX_BYTES)];
  api.openapi({ ...helpdeskWebhook, middleware }, async (c) => {
    const source = await sourceOf(c.req.valid('param').source, deps);
    requireJson(c);
    const body = new Uint8Array(await readBytes(c));
    const request = { method: c.req.method, uri: publicUri(c, deps.publicUrl), headers: c.req.header(), body };
    refuseForged(source, request, deps);
    const delivery: Delivery = { headers: request.headers, body: parseJson(body) };
    const challenge = source.connector.handshake?.(delivery) ?? null;
    if (challenge !== null) return c.json(z.looseObject({}).parse(challenge), 200);
    return c.json(await take(source, { delivery, request }, deps), 202);
  });
}

async function sourceOf(name: string, { sources, events }: Deps): Promise<IncomingSource> {
  try {
    const source = await sources(name);
    if (source !== undefined) return source;
  } catch (thrown) {
    // What is wrong with the set-up is for the operator; the helpdesk sends again.
    if (!(thrown instanceof SecretKeyMissing || thrown instanceof SecretKeyWrong || thrown instanceof ZodError))
      throw thrown;
    events.sourceUnusable(name, thrown);
    throw new Problem({
      status: 503,
      code: 'source_unusable',
      detail: 'This source cannot be used as it is set up; the log says why.',
      headers: { 'Retry-After': '60' },
    });
  }
  throw new Problem({
    status: 404,
    code: 'unknown_source',
    detail: 'No source of this name takes webhooks. `usher sources list` shows them.',
  });
}

/** The address that the helpdesk called, whatever stands between. */
function publicUri(c: Context<Guarded>, publicUrl: string | undefined): string {
  const { origin, pathname, search } = new URL(c.req.url);
  return `${publicUrl ?? origin}${pathname}${search}`;
}

const WHY: Readonly<Record<Exclude<Verdict, 'genuine'>, string>> = {
  unsigned: 'The request is not signed: the header that carries the signature is missing.',
  malformed: 'The signature, or what is signed with it, does not have the form that this helpdesk gives it.',
  stale: 'The signature is too old, or our clocks differ by more than five minutes. Sign and send it again.',
  wrong: 'The signature does not fit: the secret is another one, or the request was changed on its way.',
};

function refuseForged(source: IncomingSource, request: SignedRequest, { events }: Deps): void {
  const { name, connector, secrets } = source;
  const verdict = verify(connector.signature, request, { secrets, now: new Date() });
  if (verdict === 'genuine') return;
  events.webhookRefused({ source: name, why: verdict });
  throw new Problem({ status: 401, code: `signature_${verdict}`, detail: WHY[verdict] });
}

async function take(
  source: IncomingSource,
  { delivery, request }: { delivery: Delivery; request: SignedRequest },
  deps: Deps,
): Promise<Taken> {
  const { id: sourceId, name, connector, desk } = source;
  const load = loadOf(desk.read(delivery));
  if (load.unreadable.length > 0) deps.events.webhookUnreadable({ source: name, why: load.unreadable });
  const isAllUnreadable =
    load.unreadable.length > 0 && load.drafts.length + load.errands.length + load.ignored.length === 0;
  if (isAllUnreadable) throw unreadable(load.unreadable);
  const deliveryId = deliveryIdOf(connector.deliveryId, delivery);
  const receipt = await deps.loads.receive({
    sourceId,
    lane: 'live',
    load,
    deliveryId,
    content: isSigned(connector, deliveryId) ? null : contentOf(connector, request),
  });
  deps.events.webhookTaken({ source: name, seen: receipt.seen, ignored: load.ignored });
  return showTaken(receipt, load);
}

/** Whether the id is part of what is signed, so that nobody can send the same again under another. */
function isSigned({ deliveryId: place, signature }: IncomingSource['connector'], deliveryId: string | null): boolean {
  if (deliveryId === null || place === 'nowhere') return false;
  if (!('header' in place)) return true;
  return signature.kind === 'hmac' && signature.idHeader === place.header && signature.signed.includes('id');
}

/** What makes a repetition: the body, and when it was signed. */
function contentOf(
  { signature }: IncomingSource['connector'],
  { headers, body }: SignedRequest,
): (string | Uint8Array)[] {
  const header = signature.kind === 'hmac' ? signature.timestamp?.header : undefined;
  return [header === undefined ? '' : (headers[header] ?? ''), body];
}

function unreadable(why: readonly string[]): Problem {
  return new Problem({
    status: 422,
    code: 'payload_unreadable',
    detail: `This is not of the form that this helpdesk is known to send: ${why.slice(0, 3).join('; ')}`,
  });
}
