import { announcesQuote, fieldNamed, isAddress, isDivider, isOpener, isRule } from './quote-words.ts';

/** A line without its `>` signs, how many there were, and the mail header field that it looks like. */
export interface QuotedLine {
  depth: number;
  text: string;
  field: HeaderField | null;
}

interface HeaderField {
  name: string;
  value: string;
}

/** Lines that announce history: how many they are, and the subject they name. */
export interface QuoteMark {
  lines: number;
  subject: string | null;
}

/** Nobody's mail program writes a longer line of this kind, so the work for each line stays bounded. */
const LONGEST = 300;

/** Makes a line of its text. */
export function quotedLine(text: string, depth: number): QuotedLine {
  return { depth, text, field: fieldOf(text) };
}

/** Reads what announces history at a line: "On … wrote:", a divider, a block of header fields; null for other text. */
export function quoteMarkAt(lines: readonly QuotedLine[], at: number): QuoteMark | null {
  if (textAt(lines, at) === '') return null;
  return attributionAt(lines, at) ?? dividerAt(lines, at) ?? headersAt(lines, at);
}

/** Whether the next line that says something is quoted deeper than this one. */
export function quoteFollows(lines: readonly QuotedLine[], at: number, depth: number): boolean {
  let next = at;
  while (lines[next]?.text.trim() === '' && next < at + 5) next += 1;
  return (lines[next]?.depth ?? 0) > depth;
}

/** Without a known opener it counts only directly above a quote. */
function attributionAt(lines: readonly QuotedLine[], at: number): QuoteMark | null {
  const opens = isOpener(textAt(lines, at));
  const count = attributionLength(lines, at, opens ? 3 : 1);
  if (count === 0 || !(opens || quoteFollows(lines, at + 1, lines[at]?.depth ?? 0))) return null;
  return { lines: count, subject: null };
}

/** Mail programs break the line in up to three. */
function attributionLength(lines: readonly QuotedLine[], at: number, mostLines: number): number {
  let joined = '';
  for (let count = 1; count <= mostLines; count += 1) {
    const text = textAt(lines, at + count - 1);
    if (text === '' || text.length > LONGEST || (count > 1 && isOpener(text))) return 0;
    joined += ` ${text}`;
    if (announcesQuote(joined)) return count;
  }
  return 0;
}

/** A divider takes the header fields below it along; a bare rule counts only above such fields. */
function dividerAt(lines: readonly QuotedLine[], at: number): QuoteMark | null {
  const text = textAt(lines, at).slice(0, LONGEST);
  const isNamed = isDivider(text);
  if (!isNamed && !isRule(text)) return null;
  const gap = lines.slice(at + 1, at + 4).findIndex((line) => line.text.trim() !== '');
  const headers = headersAt(lines, at + 1 + gap, isNamed ? 2 : 3);
  if (headers !== null) return { lines: 1 + gap + headers.lines, subject: headers.subject };
  return isNamed ? { lines: 1, subject: null } : null;
}

/** Sender, subject and at least one more field, one below the other; below a divider the sender and one more will do. */
function headersAt(lines: readonly QuotedLine[], at: number, wanted = 3): QuoteMark | null {
  const count = headerCount(lines, at);
  const fields = new Map<string, string>();
  for (const { field } of lines.slice(at, at + count)) if (field !== null) fields.set(field.name, field.value);
  const isBlock = fields.has('from') && (wanted < 3 || fields.has('subject')) && fields.size >= wanted;
  return isBlock ? { lines: count, subject: fields.get('subject') ?? null } : null;
}

/** Lines that are header fields, or go on with the addresses of one. */
function headerCount(lines: readonly QuotedLine[], at: number): number {
  let count = 0;
  while (count < 12 && isHeader(lines[at + count], count === 0)) count += 1;
  return count;
}

function isHeader(line: QuotedLine | undefined, isFirst: boolean): boolean {
  if (line === undefined || line.field !== null || isFirst) return (line?.field ?? null) !== null;
  if (line.text.length > LONGEST) return false;
  const addresses = line.text.split(/[;,]/).filter((part) => part.trim() !== '');
  return addresses.length > 0 && addresses.every(isAddress);
}

function fieldOf(text: string): HeaderField | null {
  const colon = text.slice(0, 40).indexOf(':');
  if (colon === -1) return null;
  const name = fieldNamed(text.slice(0, colon));
  return name === undefined ? null : { name, value: text.slice(colon + 1).replace(/^[*\s]+/, '') };
}

function textAt(lines: readonly QuotedLine[], at: number): string {
  return lines[at]?.text.trim() ?? '';
}
