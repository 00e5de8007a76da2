import { CannotDo } from '../failures.ts';
import type { JsonObject, SourceRecord } from './source-record.ts';

/** What is read of a record. */
export const FIELDS = [
  'id',
  'subject',
  'body',
  'requester',
  'channel',
  'language',
  'created_at',
  'updated_at',
  'category',
  'subcategory',
] as const;
export type Field = (typeof FIELDS)[number];

/**
 * Names that columns have in exports, the most telling first: those of Zendesk, Freshdesk and Jira among them. Compared
 * in lower case with underscores; a dot leads into a nested object.
 */
const GUESSES: Record<Field, readonly string[]> = {
  id: ['ticket_id', 'id', 'issue_key', 'key', 'external_id', 'case_id', 'case_number', 'number', 'issue_id'],
  subject: ['subject', 'summary', 'raw_subject', 'fields.summary', 'title'],
  body: ['body', 'description_text', 'description', 'fields.description', 'message', 'text', 'content', 'comment'],
  requester: [
    'requester',
    'requester_email',
    'email',
    'reporter',
    'requester_id',
    'fields.reporter.emailaddress',
    'full_name',
  ],
  channel: ['channel', 'via', 'via.channel', 'source'],
  language: ['language', 'locale', 'lang'],
  created_at: ['created_at', 'created_time', 'created', 'requested', 'fields.created', 'date', 'timestamp'],
  updated_at: ['updated_at', 'updated_time', 'last_update_time', 'updated', 'fields.updated'],
  category: ['category', 'label', 'usher_category'],
  subcategory: ['subcategory', 'sub_category', 'usher_subcategory'],
};

/** Where each field of a record is: a column of CSV, or a path in JSON. */
export type Locations = { [F in Field]?: { name: string; at: number; path: readonly string[] } };

/** Names of columns that were given on the command line. */
export type GivenColumns = { [F in Field]?: string | undefined };

/**
 * Finds the fields among the columns of CSV, or in the first object of JSON: by the given names, else by those that exports
 * have. Throws CannotDo that lists the columns where a given one is missing, or where there is no id or no text.
 */
export function locate(given: GivenColumns, columns: readonly string[]): Locations {
  const known = new Map(columns.toReversed().map((name) => [normal(name), name]));
  const locations: Locations = {};
  for (const field of FIELDS) {
    const name = nameOf(field, given, { columns, known });
    if (name !== undefined) locations[field] = { name, at: columns.indexOf(name), path: name.split('.') };
  }
  const hasText = locations.subject !== undefined || locations.body !== undefined;
  if (locations.id === undefined || !hasText) {
    const missing = locations.id === undefined ? 'no id (--id COLUMN)' : 'no text (--subject COLUMN, --body COLUMN)';
    throw new CannotDo('columns_unclear', `The file has ${missing}. Its columns are: ${columns.join(', ')}.`);
  }
  return locations;
}

function nameOf(
  field: Field,
  given: GivenColumns,
  { columns, known }: { columns: readonly string[]; known: ReadonlyMap<string, string> },
): string | undefined {
  const asked = given[field];
  if (asked === undefined) return GUESSES[field].map((guess) => known.get(guess)).find((name) => name !== undefined);
  if (columns.includes(asked)) return asked;
  throw new CannotDo(
    'column_unknown',
    `There is no column "${asked}" (for ${field}). The file has: ${columns.join(', ')}.`,
  );
}

function normal(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}.]+/gu, '_')
    .replaceAll(/^_+|_+$/g, '');
}

/** Paths of an object's values, two objects deep, as column names. */
export function pathsOf(object: JsonObject, depth = 3): string[] {
  return Object.entries(object).flatMap(([key, value]) =>
    depth > 1 && typeof value === 'object' && value !== null && !Array.isArray(value)
      ? [key, ...pathsOf({ ...value }, depth - 1).map((path) => `${key}.${path}`)]
      : [key],
  );
}

/** The value of a field; undefined where the record has none. */
export function valueOf(record: Exclude<SourceRecord, { kind: 'refused' }>, location: Locations[Field]): unknown {
  if (location === undefined) return undefined;
  if (record.kind === 'cells') return record.cells[location.at];
  let value: unknown = record.object;
  for (const key of location.path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.getOwnPropertyDescriptor(value, key)?.value;
  }
  return value;
}
