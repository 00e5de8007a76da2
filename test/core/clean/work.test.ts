import { MAX_READABLE_BODY, readableTicket } from '@usher/core/clean/readable-ticket';
import { expect, test } from 'vitest';

/** Bodies of which clumsy patterns make quadratic work or worse; each is repeated up to a size. */
const hostile: [start: string, repeated: string][] = [
  ['', '<'],
  ['', '>'],
  ['', '> > '],
  ['', '&'],
  ['&', 'amp;'],
  ['', ' '],
  ['a', ' '],
  ['a', '\u00A0\t'],
  ['', '\n'],
  ['', '\n \r'],
  ['', '-'],
  ['', '_'],
  ['', '='],
  ['', '\u200D'],
  ['', '?'],
  ['', 'a'],
  ['', 'aB1 '],
  ['http://', 'a?'],
  ['', 'a@'],
  ['', '> a\n'],
  ['', '> a\nb\n'],
  ['', '>'.repeat(60) + ' a\n'],
  ['', 'On 06/05/2024 15:14\n'],
  ['', 'On 06/05/2024 15:14, Ben wrote:\n'],
  ['', 'From: Ben\n'],
  ['', 'From: a@b\nTo: c@d\na@b\n'],
  ['', '-----Original Message-----\n'],
  ['', '________\n\n'],
  ['', 'FYI\n-----Original Message-----\n'],
  ['Hello\n', '-- \n'],
  ['Hello\n', 'Best regards\n'],
  ['Hello\n', 'Sent from my iPhone\n'],
  ['Hello\n', 'This email is confidential.\n'],
  ['Hello\n', 'This email is confidential.\n\n'],
  ['Hello\n', 'This email is here.\n\n'],
  ['<br><p></p>', '<'],
  ['<br><p></p>', '>'],
  ['<br><p></p>', '<div>'],
  ['<br><p></p>', '<div><b>'],
  ['<br><p></p>', '</div>'],
  ['<br><p></p>', '<blockquote>a'],
  ['<br><p></p>', '<blockquote>'],
  ['<br><p></p>', '<p'],
  ['<br><p></p>', '<p '],
  ['<br><p></p>', '<p a="'],
  ['<br><p></p>', '<p a="b\'>'],
  ['<br><p></p>', `<p a='"`],
  ['<br><p></p>', '<p a=" '],
  ['<br><p></p>', '<p =">"'],
  ['<br><p></p>', '='],
  ['<br><p></p>', '<p =   '],
  ['<br><p></p>', '<!--'],
  ['<br><p></p>', '<!--a-->'],
  ['<br><p></p>', '<![a'],
  ['<br><p></p>', '<script>'],
  ['<br><p></p>', '<head><svg><style>'],
  ['<br><p></p>', '<pre>\n'],
  ['<br><p></p>', '<td>'],
  ['<br><p></p>', '<li>'],
  ['<br><p></p>', '<br'],
  ['<br><p></p>', '&amp;'],
  ['<br><p></p>&', 'amp;'],
  ['<br><p></p>', '&#x'],
  ['<br><p></p>', '<div class="gmail_attr">a'],
  ['<br><p></p>', '<div id="divRplyFwdMsg">a'],
];

const bodyOf = ([start, repeated]: [string, string], size: number) =>
  start + repeated.repeat(size / repeated.length) + '!';

test.each(hostile)('a body as long as may be sent ends within bounds: %j and then %j', (...piece) => {
  const { body } = readableTicket({ subject: '', body: bodyOf(piece, 500_000) });
  expect(body.length).toBeLessThanOrEqual(MAX_READABLE_BODY);
  expect(body.isWellFormed()).toBe(true);
});

/**
 * Eight times the input may take up to twenty-four times as long: in proportion with three-fold room for a busy
 * machine, far from the sixty-four of quadratic work. One measurement of ten that holds is enough, because noise only
 * ever adds.
 */
test.each(hostile)('work grows in proportion to the input: %j and then %j', (...piece) => {
  const growths: number[] = [];
  while (growths.length < 10 && !growths.some((growth) => growth < 24)) {
    growths.push(durationOf(bodyOf(piece, 100_000)) / Math.max(durationOf(bodyOf(piece, 12_500)), 0.5));
  }
  expect(Math.min(...growths)).toBeLessThan(24);
});

/** The shorter of two runs, in milliseconds. */
function durationOf(body: string): number {
  const runs = [0, 1].map(() => {
    const start = performance.now();
    readableTicket({ subject: '', body });
    return performance.now() - start;
  });
  return Math.min(...runs);
}
