import Papa from 'papaparse';
import { CannotDo } from '../failures.ts';
import type { RecordReader, SourceRecord } from './source-record.ts';

/** Longest row, in characters: two bodies of the largest size. What goes on longer has a quote that is never closed. */
const MAX_ROW = 1_000_000;
const DELIMITERS = [',', ';', '\t', '|'];

/** Reads text as CSV (RFC 4180) whose first row names the columns. Throws CannotDo where there is no such row. */
export async function readCsv(text: AsyncIterable<string>, delimiter?: string): Promise<RecordReader> {
  const pieces = text[Symbol.asyncIterator]();
  const rows = new Rows(delimiter);
  while (rows.columns === undefined) {
    const next = await pieces.next();
    rows.begin(next.done === true ? '' : next.value, next.done === true);
    if (next.done === true) break;
  }
  if (rows.columns === undefined)
    throw new CannotDo('no_columns', 'The file is empty: a CSV file names its columns in the first row.');
  async function* records() {
    yield rows.take(false);
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) {
      rows.add(next.value);
      yield rows.take(false);
    }
    yield rows.take(true);
  }
  return { columns: rows.columns, records: records() };
}

/**
 * The rows of a growing text. A damaged row costs its own first line and no more: where quotes don't fit, reading goes on
 * at the next line, so that one stray quote cannot swallow the rows after it.
 */
class Rows {
  columns: string[] | undefined;
  #delimiter: string | undefined;
  #newline: string | undefined;
  #text = '';
  #line = 1;

  constructor(delimiter: string | undefined) {
    this.#delimiter = delimiter;
  }

  /** Looks for the row of columns. */
  begin(text: string, isLast: boolean): void {
    this.#text += text;
    const end = /\r\n|\n|\r(?=[^\n])/.exec(this.#text);
    const isTooLong = this.#text.length > MAX_ROW;
    if (end === null && !isLast && !isTooLong) return;
    this.#newline = end?.[0] ?? '\n';
    const head = this.#text.slice(0, end?.index);
    this.#delimiter ??= guessDelimiter(head);
    const { data, meta } = this.#parse(this.#text, 1);
    const [columns] = data;
    if (columns === undefined || head.trim() === '') return;
    this.columns = columns.map((name) => name.trim());
    this.#advance(meta.cursor);
  }

  add(text: string): void {
    this.#text += text;
  }

  /** The rows that are complete; with `isLast` also one that the text ends in. */
  take(isLast: boolean): SourceRecord[] {
    const taken: SourceRecord[] = [];
    let start = 0;
    while (start < this.#text.length) {
      const rest = this.#text.slice(start);
      const { records, end, isDamaged } = this.#read(rest, isLast);
      for (const record of records) taken.push(record);
      start += end;
      if (!isDamaged && (end === 0 || !isLast)) break;
    }
    this.#text = this.#text.slice(start);
    return taken;
  }

  #read(text: string, isLast: boolean): { records: SourceRecord[]; end: number; isDamaged: boolean } {
    const { data, errors, meta } = this.#parse(text, 0, !isLast);
    const broken = errors.find(({ code }) => code === 'InvalidQuotes' || code === 'MissingQuotes')?.row;
    const suspect = data.findIndex((cells) => cells.length !== this.#width && spansLines(cells));
    const damaged = Math.min(broken ?? Infinity, suspect === -1 ? Infinity : suspect);
    if (damaged < data.length) return this.#upTo(text, data, damaged);
    const left = text.length - meta.cursor;
    const records = data.flatMap((cells) => this.#record(cells));
    if (left <= MAX_ROW) return { records, end: meta.cursor, isDamaged: false };
    return { records, end: meta.cursor + this.#dropLine(text.slice(meta.cursor), records), isDamaged: true };
  }

  /** Rows before the damaged one, whose first line is given up. */
  #upTo(text: string, data: readonly string[][], damaged: number) {
    const cursor = damaged === 0 ? 0 : this.#parse(text, damaged).meta.cursor;
    const records = data.slice(0, damaged).flatMap((cells) => this.#record(cells));
    return { records, end: cursor + this.#dropLine(text.slice(cursor), records), isDamaged: true };
  }

  #dropLine(text: string, records: SourceRecord[]): number {
    const newline = this.#newline ?? '\n';
    const at = text.indexOf(newline);
    const end = at === -1 ? text.length : at + newline.length;
    const raw = text.slice(0, at === -1 ? undefined : at);
    records.push({ kind: 'refused', line: this.#line, reason: 'its quotes do not fit', raw });
    this.#line += 1;
    return end;
  }

  #record(cells: readonly string[]): SourceRecord[] {
    const line = this.#line;
    this.#line += 1;
    for (const cell of cells) if (cell.includes('\n')) this.#line += count(cell, '\n');
    if (cells.length === 1 && cells[0]?.trim() === '') return [];
    if (cells.length === this.#width) return [{ kind: 'cells', line, cells }];
    const reason = `has ${cells.length} columns where the first row names ${this.#width}`;
    return [{ kind: 'refused', line, reason, raw: Papa.unparse([[...cells]], { delimiter: this.#delimiter ?? ',' }) }];
  }

  get #width(): number {
    return this.columns?.length ?? 0;
  }

  #parse(text: string, preview: number, isOpen = false): Papa.ParseResult<string[]> {
    // In its fast mode a preview ends a row too late.
    const options = { delimiter: this.#delimiter ?? ',', newline: newlineOf(this.#newline), preview, fastMode: false };
    const parsed: Papa.ParseResult<string[]> = new Papa.Parser(options).parse(text, 0, isOpen);
    return parsed;
  }

  #advance(end: number): void {
    this.#line += count(this.#text.slice(0, end), this.#newline === '\r' ? '\r' : '\n');
    this.#text = this.#text.slice(end);
  }
}

function guessDelimiter(head: string): string {
  return DELIMITERS.toSorted((one, other) => count(head, other) - count(head, one))[0] ?? ',';
}

function newlineOf(newline: string | undefined): '\r\n' | '\n' | '\r' {
  return newline === '\r\n' || newline === '\r' ? newline : '\n';
}

function spansLines(cells: readonly string[]): boolean {
  return cells.some((cell) => cell.includes('\n') || cell.includes('\r'));
}

function count(text: string, part: string): number {
  let found = 0;
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + part.length)) found += 1;
  return found;
}
