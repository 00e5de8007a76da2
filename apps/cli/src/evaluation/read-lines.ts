import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import type { z } from 'zod';
import { CannotDo } from '../failures.ts';

/** Bad lines that are named; whoever has more has one mistake many times. */
const MOST_NAMED = 10;

const GZIP = [0x1f, 0x8b];

/**
 * Reads a file with one JSON value a line, gzipped or not; empty lines count as none. Throws CannotDo that names the lines that
 * don't fit the schema, or says why the file can't be read.
 */
export async function readLines<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>[]> {
  const values: z.output<Schema>[] = [];
  const problems: string[] = [];
  for (const [at, line] of (await readText(path)).split('\n').entries()) {
    if (line.trim() === '') continue;
    const read = readLine(line, schema);
    if (read.problem === null) values.push(read.value);
    else problems.push(`${path}:${at + 1}: ${read.problem}`);
  }
  if (problems.length === 0) return values;
  const more = problems.length > MOST_NAMED ? [`and ${problems.length - MOST_NAMED} more lines`] : [];
  const listed = [...problems.slice(0, MOST_NAMED), ...more].map((problem) => `  - ${problem}`);
  throw new CannotDo('bad_lines', `${path} cannot be used:\n${listed.join('\n')}`);
}

type ReadLine<Value> = { problem: null; value: Value } | { problem: string };

function readLine<Schema extends z.ZodType>(line: string, schema: Schema): ReadLine<z.output<Schema>> {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (cause) {
    return { problem: `is not JSON (${reasonOf(cause)})` };
  }
  const read = schema.safeParse(json);
  if (read.success) return { problem: null, value: read.data };
  const issues = read.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  );
  return { problem: issues.join('; ') };
}

async function readText(path: string): Promise<string> {
  try {
    const bytes = await readFile(path);
    const isZipped = GZIP.every((byte, at) => bytes[at] === byte);
    return new TextDecoder().decode(isZipped ? gunzipSync(bytes) : bytes);
  } catch (cause) {
    throw new CannotDo('unreadable', `${path} cannot be read: ${reasonOf(cause)}.`);
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
