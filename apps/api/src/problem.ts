import { STATUS_CODES } from 'node:http';
import type { Failure } from '@usher/core/failure';
import { DatabaseUnavailable, TicketRemoved } from '@usher/db/failures';
import { SecretKeyMissing, SecretKeyWrong } from '@usher/db/vault';
import { TaxonomyChanged } from '@usher/db/taxonomies';
import { QueueUnreachable } from '@usher/queue/failures';
import { HTTPException } from 'hono/http-exception';

/** What is wrong with one field, and, where that is a short list, what it may be. */
export interface FieldError {
  field: string;
  message: string;
  allowed?: string[];
}

export interface ProblemParts {
  status: number;
  code: string;
  detail: string;
  headers?: Record<string, string>;
  /** Further members of the answer. */
  more?: Record<string, unknown>;
}

/** Any answer that is not a success, as RFC 9457 writes it (Problem Details for HTTP APIs). */
export class Problem extends Error implements Failure {
  readonly code: string;
  readonly retry = 'never';
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly more: Record<string, unknown>;

  constructor({ status, code, detail, headers = {}, more = {} }: ProblemParts) {
    super(detail);
    this.name = 'Problem';
    this.code = code;
    this.status = status;
    this.headers = headers;
    this.more = more;
  }
}

/** The problem of a body or query that could be read and cannot be used. */
export function invalid(errors: readonly FieldError[]): Problem {
  const [first] = errors;
  const others = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new Problem({
    status: 422,
    code: 'invalid',
    detail: first === undefined ? 'The request cannot be used.' : `${first.field}: ${first.message}${others}`,
    more: { errors },
  });
}

/** Seconds after which asking again makes sense when Postgres was away. */
const RETRY_AFTER_SECONDS = '2';

/** What to answer for a thrown thing; undefined when it is a fault of ours. */
export function problemOf(thrown: unknown): Problem | undefined {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof DatabaseUnavailable) {
    const headers = { 'Retry-After': RETRY_AFTER_SECONDS };
    return new Problem({ status: 503, code: thrown.code, detail: thrown.message, headers });
  }
  if (thrown instanceof QueueUnreachable) {
    const headers = { 'Retry-After': RETRY_AFTER_SECONDS };
    return new Problem({ status: 503, code: thrown.code, detail: thrown.message, headers });
  }
  if (thrown instanceof TaxonomyChanged) {
    const { code, message, current } = thrown;
    return new Problem({ status: 412, code, detail: message, headers: { ETag: `"${current}"` } });
  }
  if (thrown instanceof SecretKeyMissing || thrown instanceof SecretKeyWrong) {
    return new Problem({ status: 409, code: thrown.code, detail: thrown.message });
  }
  if (thrown instanceof TicketRemoved) return new Problem({ status: 404, code: thrown.code, detail: thrown.message });
  if (thrown instanceof HTTPException && thrown.status < 500) {
    return new Problem({ status: thrown.status, code: 'bad_request', detail: thrown.message });
  }
  return undefined;
}

/** The problem that stands for a fault of ours; the same id is in the log. */
export function unexpected(id: string): Problem {
  const detail = 'Something went wrong on our side. The log has more under this id.';
  return new Problem({ status: 500, code: 'unexpected', detail, more: { id } });
}

/** The answer that tells a problem. */
export function answerProblem(problem: Problem): Response {
  return new Response(textOfProblem(problem), {
    status: problem.status,
    headers: { 'Content-Type': 'application/problem+json', ...problem.headers },
  });
}

/** The body of that answer. */
export function textOfProblem({ status, code, message, more }: Problem): string {
  const title = STATUS_CODES[status] ?? 'Error';
  return JSON.stringify({ type: 'about:blank', title, status, code, detail: message, ...more });
}
