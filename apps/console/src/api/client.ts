import type { ApiRoutes } from '@usher/api/client';
import { hc } from 'hono/client';
import type { ClientResponse } from 'hono/client';

/** Fired when something was changed from here, so that what is shown of it can be asked again. */
export const changed = new EventTarget();

/** The API with all its routes, parameters and answers as types. The cookie goes along by itself. */
export const { v1, ops } = hc<ApiRoutes>(location.origin, {
  async fetch(...given: Parameters<typeof fetch>) {
    const response = await fetch(...given);
    if (response.ok && (given[1]?.method ?? 'GET') !== 'GET') changed.dispatchEvent(new Event('changed'));
    return response;
  },
});

/** The API said no; the message is its own, for a person. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;

  constructor({ status, code, detail }: { status: number; code: string; detail: string }) {
    super(detail);
    this.name = 'Refused';
    this.status = status;
    this.code = code;
  }
}

type Said<R> =
  R extends ClientResponse<infer Body, infer Status, 'json'> ? (Status extends 200 | 201 | 202 ? Body : never) : never;

/** Fired when the session has ended, wherever that was noticed. */
export const sessionEnded = new EventTarget();

/** What the API answers. Throws Refused for any other answer, and what fetch throws when nobody answers. */
export async function ask<R extends ClientResponse<unknown>>(asked: Promise<R>): Promise<Said<R>> {
  const response = await asked;
  const body: unknown = response.status === 204 ? null : await response.json().catch(() => null);
  if (response.ok && isSaid<Said<R>>(body)) return body;
  const refused = new Refused({ status: response.status, ...readProblem(body) });
  if (refused.code === 'session_ended' || refused.code === 'key_missing')
    sessionEnded.dispatchEvent(new Event('ended'));
  throw refused;
}

/** A body for the routes that describe theirs by name. */
export function sending(body: unknown): { init: RequestInit } {
  return { init: { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } } };
}

/** The types come from the code that answers, so that nothing is gained by looking again. */
function isSaid<Body>(_body: unknown): _body is Body {
  return true;
}

function readProblem(body: unknown): { code: string; detail: string } {
  const isProblem = body !== null && typeof body === 'object' && 'code' in body && 'detail' in body;
  return isProblem
    ? { code: String(body.code), detail: String(body.detail) }
    : { code: 'unreadable', detail: 'The server gave an answer that the console does not understand.' };
}
