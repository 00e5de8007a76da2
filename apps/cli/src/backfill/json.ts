import { Readable } from 'node:stream';
import { parser } from 'stream-json';
import { pick } from 'stream-json/filters/pick.js';
import { streamArray } from 'stream-json/streamers/stream-array.js';
import { z } from 'zod';
import { CannotDo } from '../failures.ts';
import { asObject, type RecordReader, type SourceRecord } from './source-record.ts';

/** Names under which exports keep their list of tickets. */
const LISTS = ['tickets', 'issues', 'results', 'conversations', 'items', 'data', 'rows'];
/** Longest line, in characters; more is a file of another kind. */
const MAX_LINE = 8_000_000;
const RECORDS_A_TIME = 200;

/** Reads text as one JSON object a line; empty lines count as none. */
export function readJsonLines(text: AsyncIterable<string>): RecordReader {
  async function* records(): AsyncGenerator<SourceRecord[]> {
    let rest = '';
    let line = 1;
    for await (const piece of text) {
      const lines = (rest + piece).split('\n');
      rest = lines.pop() ?? '';
      yield lines.flatMap((one) => readLine(one, line++));
      if (rest.length > MAX_LINE)
        throw new CannotDo('line_too_long', `Line ${line} has more than ${MAX_LINE} characters.`);
    }
    yield readLine(rest, line);
  }
  return { columns: undefined, records: records() };
}

function readLine(raw: string, line: number): SourceRecord[] {
  if (raw.trim() === '') return [];
  try {
    return [asRecord(JSON.parse(raw), line, raw)];
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return [{ kind: 'refused', line, reason: `is not JSON: ${why}`, raw }];
  }
}

function asRecord(value: unknown, line: number, raw: string): SourceRecord {
  const object = asObject(value);
  if (object === undefined) return { kind: 'refused', line, reason: 'is not a JSON object', raw };
  return { kind: 'object', line, object };
}

const Element = z.object({ key: z.number(), value: z.unknown() });

/**
 * Reads text as a JSON array of objects, or as an object with such a list in it. Where the JSON itself is broken, nothing
 * after it can be read, and CannotDo is thrown.
 */
export function readJsonArray(text: AsyncIterable<string>, isNested: boolean): RecordReader {
  async function* records(): AsyncGenerator<SourceRecord[]> {
    const parts = Readable.from(text).compose(parser.asStream());
    const list = isNested ? parts.compose(pick.asStream({ filter: new RegExp(`^(?:${LISTS.join('|')})$`) })) : parts;
    let some: SourceRecord[] = [];
    let read = 0;
    try {
      for await (const part of list.compose(streamArray.asStream())) {
        const { key, value } = Element.parse(part);
        read = key + 1;
        some.push(asRecord(value, read, JSON.stringify(value)));
        if (some.length < RECORDS_A_TIME) continue;
        yield some;
        some = [];
      }
    } catch (cause) {
      yield some;
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new CannotDo('json_broken', `The JSON is broken somewhere after element ${read}: ${why}`);
    }
    yield some;
  }
  return { columns: undefined, records: records() };
}
