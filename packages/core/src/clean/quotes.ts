import { type QuotedLine, quotedLine, quoteFollows, quoteMarkAt } from './quote-marks.ts';

const QUOTE_SIGNS = /^\s*(?:>\s?)+/;

/** From here on everything counts as equally old. */
const OLDEST = 20;

/**
 * Takes a mail apart into messages, newest first: what was just written, what it answers or forwards, and so on. A
 * message is as old as its `>` signs and the announcements of history above it say; the announcements are left out,
 * but the subject that one names starts its message. Reads each line a bounded number of times.
 */
export function messagesOf(text: string): string[] {
  const lines = quotedLines(text.split('\n'));
  const messages: string[][] = [];
  const add = (age: number, line: string) => (messages[Math.min(age, OLDEST)] ??= []).push(line);
  let announced = 0;
  let resumeAt = 0;
  for (const [at, { depth, text }] of lines.entries()) {
    if (at < resumeAt) continue;
    const mark = quoteMarkAt(lines, at);
    const isAboveQuote = mark !== null && quoteFollows(lines, at + mark.lines, depth);
    if (mark === null || (depth > 0 && !isAboveQuote)) {
      add(depth + announced, text);
      continue;
    }
    if (!isAboveQuote) announced += 1;
    if (mark.subject !== null) add(announced + (isAboveQuote ? depth + 1 : 0), mark.subject);
    resumeAt = at + mark.lines;
  }
  return Array.from(messages, (message) => message?.join('\n') ?? '');
}

function quotedLines(lines: readonly string[]): QuotedLine[] {
  return lines.map((line, at) => {
    const signs = QUOTE_SIGNS.exec(line)?.[0] ?? '';
    if (signs === '' || saysMoreThan(lines, at)) return quotedLine(line, 0);
    return quotedLine(line.slice(signs.length), signs.replaceAll(/\s/g, '').length);
  });
}

/** "> 3 weeks and no answer" on a line of its own is a customer's "more than". */
function saysMoreThan(lines: readonly string[], at: number): boolean {
  const isAlone = !isQuoted(lines[at - 1]) && !isQuoted(lines[at + 1]);
  return isAlone && /^\s*>\s?\d+\s\p{L}/u.test(lines[at] ?? '');
}

function isQuoted(line = ''): boolean {
  return QUOTE_SIGNS.test(line);
}
