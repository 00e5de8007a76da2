import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { z } from 'zod';
import { fieldErrors } from './field-errors.ts';
import { invalid, Problem } from './problem.ts';

const UTF8 = new TextDecoder('utf-8', { fatal: true });
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;

/** Refuses bodies of more than so many bytes: by their announced length, or while reading where none is announced. */
export function limitBody(maxBytes: number): MiddlewareHandler {
  const limited = bodyLimit({
    maxSize: maxBytes,
    onError() {
      throw new Problem({
        status: 413,
        code: 'body_too_large',
        detail: `The body is larger than the ${maxBytes} bytes that are taken here.`,
        more: { max_bytes: maxBytes },
      });
    },
  });
  return (c, next) => {
    // Node holds senders to the length they announce, and asking for the stream would cost the fast way to read it.
    const announced = Number(c.req.header('content-length') ?? NaN);
    return announced <= maxBytes ? next() : limited(c, next);
  };
}

/** Reads a JSON body that fits the schema. Throws the Problem that says what is wrong and where. */
export async function readBody<S extends z.ZodType>(c: Context, schema: S): Promise<z.output<S>> {
  return parseBody(await readJson(c), schema);
}

/** The value as the schema reads it. Throws the Problem that lists what does not fit. */
export function parseBody<S extends z.ZodType>(value: unknown, schema: S): z.output<S> {
  const read = schema.safeParse(value);
  if (!read.success) throw invalid(fieldErrors(read.error));
  return read.data;
}

/** Reads a JSON body of any shape. Throws the Problem that says why it cannot be read. */
export async function readJson(c: Context): Promise<unknown> {
  requireJson(c);
  return parseJson(await readBytes(c));
}

/** Throws the Problem that says so where a body is not announced as JSON. */
export function requireJson(c: Context): void {
  const type = c.req.header('content-type') ?? '';
  if (!JSON_TYPE.test(type)) {
    throw new Problem({
      status: 415,
      code: 'content_type_unsupported',
      detail: 'The body must be JSON: send it with Content-Type: application/json.',
      headers: { Accept: 'application/json' },
    });
  }
}

/** The value of a JSON body. Throws the Problem that says why it cannot be read. */
export function parseJson(bytes: ArrayBuffer | Uint8Array): unknown {
  const text = decode(bytes);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw malformed(error instanceof Error ? error.message : 'it cannot be read');
  }
}

/** The body as it came. Throws the Problem that says so where it did not come whole. */
export async function readBytes(c: Context): Promise<ArrayBuffer> {
  try {
    return await c.req.arrayBuffer();
  } catch {
    throw malformed('the connection ended before the body did');
  }
}

function decode(bytes: ArrayBuffer | Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw malformed('it is not UTF-8');
  }
}

function malformed(why: string): Problem {
  return new Problem({ status: 400, code: 'body_malformed', detail: `The body is not JSON: ${why}` });
}
