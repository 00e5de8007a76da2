/** A JSON object as it was read. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** One record of a file: the cells of a CSV row or a JSON object, or what could not be read as either. */
export type SourceRecord =
  | { kind: 'cells'; line: number; cells: readonly string[] }
  | { kind: 'object'; line: number; object: JsonObject }
  | { kind: 'refused'; line: number; reason: string; raw: string };

/** Records in the order of the file, with the columns that a CSV file names in its first row. */
export interface RecordReader {
  /** Undefined for JSON. */
  columns: readonly string[] | undefined;
  /** Records, some at a time; `line` counts from 1, or for a JSON array the element. */
  records: AsyncIterable<readonly SourceRecord[]>;
}

/** The value as a JSON object, or undefined where it is none. */
export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}
