import { readCsv } from './csv.ts';
import { readJsonArray, readJsonLines } from './json.ts';
import type { RecordReader } from './source-record.ts';

/** Characters that are looked at to tell one kind of file from another. */
const LOOKED_AT = 65_536;

/** Reads records of a text whose kind is told by its beginning: a JSON array, an object with a list, JSON Lines or CSV. */
export async function openRecords(text: AsyncIterable<string>, delimiter?: string): Promise<RecordReader> {
  const pieces = text[Symbol.asyncIterator]();
  let head = '';
  let isEnded = false;
  while (head.length < LOOKED_AT && !isEnded) {
    const next = await pieces.next();
    if (next.done === true) isEnded = true;
    else head += next.value;
  }
  async function* whole() {
    yield head;
    if (isEnded) return;
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) yield next.value;
  }
  const start = head.trimStart();
  if (start.startsWith('[')) return readJsonArray(whole(), false);
  if (!start.startsWith('{')) return readCsv(whole(), delimiter);
  return isNested(start) ? readJsonArray(whole(), true) : readJsonLines(whole());
}

/** An object that goes on after the first line is one object, not one of many. */
function isNested(start: string): boolean {
  const [line = ''] = start.split('\n', 1);
  if (/^\{\s*"(?:tickets|issues|results|conversations|items|data|rows)"\s*:\s*\[/.test(start)) return true;
  return /^\{\s*$/.test(line);
}
