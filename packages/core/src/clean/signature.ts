import { isDevice, withoutFooters } from './footers.ts';
import { saysNothing } from './notes.ts';
import { couldBeSignature, isClosing, isThanks, speaksToUs } from './signature-lines.ts';

/** A signature has no more lines than this, blank ones included. */
const LONGEST_BLOCK = 40;

/**
 * The text without the signature, the device line and the disclaimer at its end. Cautious: a block goes only if every
 * line of it looks like part of a signature, so that a postscript or a question below a name stays. A thank-you stays
 * when it is all that was said; a text that is nothing but a signature becomes empty.
 */
export function withoutSignature(text: string): string {
  const lines = withoutFooters(text.split('\n'));
  const start = signatureStart(lines);
  const above = withoutFooters(lines.slice(0, start)).join('\n');
  const isAllThanks = isThanks(lines[start] ?? '') && saysNothing(above);
  return isAllThanks ? lines.slice(0, start + 1).join('\n') : above;
}

/**
 * Reads upwards and finds the highest line at which a signature can begin: a closing ("Best regards") or a bare "--"
 * with nothing but signature lines below it, or a mail program's "-- " with nothing below it that speaks to us. What
 * stands below such a line is known to be a signature, so a closing may stand above it.
 */
function signatureStart(lines: readonly string[]): number {
  let start = lines.length;
  let isStrict = true;
  for (let at = lines.length - 1; at >= Math.max(0, lines.length - LONGEST_BLOCK); at -= 1) {
    const line = lines[at] ?? '';
    if (line === '-- ' || (isStrict && beginsSignature(line))) {
      start = at;
      isStrict = true;
      continue;
    }
    isStrict &&= couldBeSignature(line) || isDevice(line);
    if (!isStrict && speaksToUs(line)) break;
  }
  return start;
}

function beginsSignature(line: string): boolean {
  return line.trim() === '--' || isClosing(line);
}
