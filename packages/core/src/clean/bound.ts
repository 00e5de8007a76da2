/**
 * Cuts a text to at most `maxCharacters` UTF-16 units, the mark included: it keeps the head and the tail, because a
 * question stands at either end, and says between them how many characters were left out. Never splits a surrogate
 * pair. A limit without room for the mark keeps the head only.
 */
export function bound(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  const room = maxCharacters - leftOutMark(text.length).length;
  if (room <= 0) return text.slice(0, pairBoundary(text, maxCharacters));
  const headEnd = pairBoundary(text, Math.ceil((room * 2) / 3));
  const tailStart = tailBoundary(text, text.length - Math.floor(room / 3));
  return text.slice(0, headEnd) + leftOutMark(tailStart - headEnd) + text.slice(tailStart);
}

function leftOutMark(count: number): string {
  return `\n[… ${count} characters left out …]\n`;
}

/** The position itself, or one earlier where it would split a pair. */
function pairBoundary(text: string, position: number): number {
  return splitsPair(text, position) ? position - 1 : position;
}

/** The position itself, or one later where it would split a pair. */
function tailBoundary(text: string, position: number): number {
  return splitsPair(text, position) ? position + 1 : position;
}

function splitsPair(text: string, position: number): boolean {
  return /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(text.slice(Math.max(0, position - 1), position + 1));
}
