import type { Taxonomy } from '@usher/core/taxonomy';
import { TicketDraft } from '@usher/core/ticket';
import { type Field, type Locations, valueOf } from './columns.ts';
import { type DateOrder, readDate } from './read-date.ts';
import { readLabel, type Label } from './read-label.ts';
import type { SourceRecord } from './source-record.ts';

/** How rows become tickets. */
export interface RowRules {
  locations: Locations;
  dateOrder: DateOrder;
  /** Older ones are passed over; those without a date are not. */
  since: Date | undefined;
  taxonomy: Taxonomy | undefined;
  /** Labels of the file and what they are called in the taxonomy. */
  renames: ReadonlyMap<string, string>;
}

/** What a record is: a ticket, perhaps with a label; passed over; or not usable. */
export type Row =
  | { kind: 'ticket'; draft: TicketDraft; label: Label | null; unknownLabel: string | null }
  | { kind: 'skipped' }
  | { kind: 'refused'; reason: string };

type Readable = Exclude<SourceRecord, { kind: 'refused' }>;

/** Reads a record as a ticket. */
export function readRow(record: Readable, rules: RowRules): Row {
  const text = (field: Field) => asText(valueOf(record, rules.locations[field]));
  const created = dateIn(text('created_at'), rules.dateOrder);
  const updated = dateIn(text('updated_at'), rules.dateOrder);
  const unread = [created, updated].find((date) => date instanceof NoDate);
  if (unread instanceof NoDate) return { kind: 'refused', reason: `"${unread.text}" is no date that is known` };
  if (rules.since !== undefined && created instanceof Date && created < rules.since) return { kind: 'skipped' };
  const id = text('id');
  // By far the most frequent mistake; the schema takes as long to tell it as to read a hundred tickets.
  if (id === null) return { kind: 'refused', reason: 'ticket_id: must not be empty' };
  const read = TicketDraft.safeParse({
    ticket_id: id,
    subject: text('subject'),
    body: text('body') ?? '',
    requester: text('requester'),
    channel: text('channel'),
    language: text('language'),
  });
  if (!read.success) return { kind: 'refused', reason: reasonOf(read.error) };
  const draft = { ...read.data, created_at: asDate(created), updated_at: asDate(updated) };
  return {
    kind: 'ticket',
    draft,
    ...readLabel({ category: text('category'), subcategory: text('subcategory') }, rules),
  };
}

/** A text in place of a date that is none. */
class NoDate {
  readonly text: string;
  constructor(text: string) {
    this.text = text.slice(0, 40);
  }
}

function dateIn(text: string | null, order: DateOrder): Date | NoDate | null {
  return text === null ? null : (readDate(text, order) ?? new NoDate(text));
}

function asDate(date: Date | NoDate | null): Date | null {
  return date instanceof Date ? date : null;
}

/** Empty cells say nothing; of an object, such as Jira's reporter, its name or address counts. */
function asText(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'object' && value !== null ? textOfObject(value) : null;
}

const TELLING_KEYS = ['email', 'emailAddress', 'displayName', 'name', 'channel', 'id'];

function textOfObject(value: object): string | null {
  if (isDocument(value)) return textsOf(value).join(' ').trim();
  const parts = TELLING_KEYS.map((key): unknown => Object.getOwnPropertyDescriptor(value, key)?.value);
  const found = parts.find((part) => typeof part === 'string' || typeof part === 'number');
  return found === undefined ? null : String(found);
}

/** Jira's rich texts (Atlassian Document Format) are trees with texts at their leaves. */
function isDocument(value: object): boolean {
  return 'type' in value && value.type === 'doc' && 'content' in value;
}

function textsOf(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(textsOf);
  if (typeof node !== 'object' || node === null) return [];
  if ('text' in node && typeof node.text === 'string') return [node.text];
  return 'content' in node ? textsOf(node.content) : [];
}

function reasonOf(error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] }): string {
  return error.issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`).join('; ');
}
