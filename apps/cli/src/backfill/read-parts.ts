import type { Row as StoredRow } from '@usher/db/backfill/packed-rows';
import type { Chunk } from '@usher/db/backfill/store-chunk';
import { CannotDo } from '../failures.ts';

import { type GivenColumns, locate, type Locations, pathsOf } from './columns.ts';
import { openRecords } from './open-records.ts';
import type { TextFile } from './read-text.ts';
import { readRow, type Row, type RowRules } from './read-row.ts';
import type { Reject } from './reject-file.ts';
import type { RecordReader, SourceRecord } from './source-record.ts';

/** Tickets, and characters of their texts, that are in hand as objects at a time. */
const TICKETS_A_PART = 500;
const CHARACTERS_A_PART = 500_000;

/** How a file is read. */
export interface ReadRules extends Omit<RowRules, 'locations'> {
  columns: GivenColumns;
  delimiter: string | undefined;
  /** Stop at the first record that cannot be used. */
  isStrict: boolean;
  /** Most tickets that are taken from the file. */
  limit: number;
  /** Most tickets a second. */
  rate: number;
}

/** Some rows of a file, and what else was found among their records. */
export type Part = Pick<Chunk, 'from' | 'to' | 'refused' | 'skipped'> & {
  rows: StoredRow[];
  rejects: Reject[];
  unknownLabels: string[];
};

/**
 * Reads a file in small parts, after the first `position` records. Throws CannotDo where the file cannot be read, or a
 * record of it and the reading is strict.
 */
export async function* readParts(file: TextFile, rules: ReadRules, position: number): AsyncGenerator<Part> {
  const reader = await openRecords(file.text(), rules.delimiter);
  let rowRules: RowRules | undefined;
  let left = rules.limit;
  let read = 0;
  for await (const some of reader.records) {
    // Those before were stored by an earlier run.
    const records = some.slice(Math.max(0, position - read));
    const from = Math.max(position, read);
    read += some.length;
    if (records.length === 0) continue;
    rowRules ??= { ...rules, locations: findLocations(reader, records, rules) };
    for (const part of partsOf(records, { file, from, rules, rowRules, left })) {
      left -= part.rows.length;
      yield part;
    }
    if (left <= 0) return;
  }
}

interface Reading {
  file: TextFile;
  /** Records before these. */
  from: number;
  rules: ReadRules;
  rowRules: RowRules;
  /** Most tickets that are taken from these. */
  left: number;
}

/** What was read at once: nothing of it is kept until more is read, because what lives that long is dear to tidy up. */
function* partsOf(records: readonly SourceRecord[], { file, from, rules, rowRules, left }: Reading): Generator<Part> {
  const mostTickets = Math.min(rules.rate, TICKETS_A_PART);
  let part = new Growing(from);
  let taken = 0;
  for (const record of records) {
    const row = readRecord(record, rowRules);
    if (rules.isStrict) refuseStrictly(file, record, row);
    part.add({ file: file.file, record, row });
    taken += Number(row.kind === 'ticket');
    if (taken >= left) break;
    if (!part.isFull(mostTickets)) continue;
    yield part.ended();
    part = new Growing(part.to);
  }
  if (part.to > part.from) yield part.ended();
}

function refuseStrictly({ file }: TextFile, { line }: SourceRecord, row: Row): void {
  if (row.kind === 'refused') throw new CannotDo('record_refused', `${file}:${line}: ${row.reason}`);
}

function findLocations({ columns }: RecordReader, records: readonly SourceRecord[], rules: ReadRules): Locations {
  if (columns !== undefined) return locate(rules.columns, columns);
  const objects = records.flatMap((record) => (record.kind === 'object' ? [record.object] : []));
  if (objects.length === 0) throw new CannotDo('nothing_usable', 'The file begins with nothing that can be read.');
  return locate(rules.columns, [...new Set(objects.flatMap((object) => pathsOf(object)))]);
}

function readRecord(record: SourceRecord, rules: RowRules): Row {
  return record.kind === 'refused' ? { kind: 'refused', reason: record.reason } : readRow(record, rules);
}

/** A part while records are added to it. */
class Growing {
  readonly from: number;
  to: number;
  #characters = 0;
  #skipped = 0;
  readonly #rows: StoredRow[] = [];
  readonly #rejects: Reject[] = [];
  readonly #unknownLabels: string[] = [];

  constructor(from: number) {
    this.from = from;
    this.to = from;
  }

  add({ file, record, row }: { file: string; record: SourceRecord; row: Row }): void {
    this.to += 1;
    if (row.kind === 'skipped') this.#skipped += 1;
    else if (row.kind === 'refused') {
      this.#rejects.push({ file, line: record.line, reason: row.reason, row: shownOf(record) });
    } else {
      const { draft, label, unknownLabel } = row;
      this.#rows.push({ draft, label });
      this.#characters += draft.subject.length + draft.body.length;
      if (unknownLabel !== null) this.#unknownLabels.push(unknownLabel);
    }
  }

  isFull(tickets: number): boolean {
    const records = this.to - this.from;
    return this.#rows.length >= tickets || this.#characters >= CHARACTERS_A_PART || records >= 4 * TICKETS_A_PART;
  }

  ended(): Part {
    return {
      rows: this.#rows,
      from: this.from,
      to: this.to,
      refused: this.#rejects.length,
      skipped: this.#skipped,
      rejects: this.#rejects,
      unknownLabels: this.#unknownLabels,
    };
  }
}

function shownOf(record: SourceRecord): unknown {
  if (record.kind === 'cells') return record.cells;
  return record.kind === 'object' ? record.object : record.raw;
}
