import { readFileSync } from 'node:fs';
import { MAX_READABLE_BODY, MAX_READABLE_SUBJECT, readableTicket } from '@usher/core/clean/readable-ticket';
import { withoutUnseen } from '@usher/core/clean/whitespace';
import { array, assert, constantFrom, oneof, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

const read = (body: string) => readableTicket({ subject: '', body }).body;

const everyday = z
  .array(z.object({ subject: z.string(), body: z.string() }))
  .parse(JSON.parse(readFileSync(new URL('../../fixtures/everyday-tickets.json', import.meta.url), 'utf8')));

test('a business mail is read down to the one thing that its sender wants', () => {
  const { subject, body } = readableTicket({
    subject: '  RE:  Invoice\t4711 ',
    body: [
      'Dear Ben,\r\n\r\nthe invoice still shows our old address. Could you correct it?\r\n',
      'Kind regards,\r\nEva Smith\r\nHead of Operations\r\nAcme Ltd\r\nTel: +44 20 7946 0000\r\n',
      'This message is confidential and intended only for the addressee.\r\n',
      '________________________________\r\nFrom: Ben <b@x.example>\r\nSent: Monday, May 6, 2024 3:14 PM\r\n',
      'To: Eva Smith\r\nSubject: Invoice 4711\r\n\r\nPlease find attached your invoice.\r\n',
    ].join(''),
  });
  expect(subject).toBe('RE: Invoice 4711');
  expect(body).toBe('Dear Ben,\n\nthe invoice still shows our old address. Could you correct it?');
});

describe('whitespace', () => {
  test('every kind of line end is one line end, and more than one blank line is one', () => {
    expect(read('a\r\nb\rc\u2028d\n\n \n\t\n\ne  \n')).toBe('a\nb\nc\nd\n\ne');
  });

  test('characters that nobody sees are gone', () => {
    expect(read('pass\u200Bword\uFEFF re\u00ADset\u2060 \u202Enow\u200D\u0000\u0007')).toBe('password reset now');
    expect(read('Hello\u{E0049}\u{E0067}\u{E006E}')).toBe('Hello');
  });

  test('joiners stay where they carry meaning', () => {
    expect(read('👩\u200D🔧 می\u200Cخواهم')).toBe('👩\u200D🔧 می\u200Cخواهم');
  });

  test('spaces of every kind are one space', () => {
    expect(read('5\u00A0\u202F€   or\t\tless')).toBe('5 € or less');
  });
});

describe('bounds', () => {
  test('a long body keeps its head and its tail', () => {
    const body = read(`The export fails. ${'at line 5 '.repeat(5_000)}What can I do?`);
    expect(body.length).toBeLessThanOrEqual(MAX_READABLE_BODY);
    expect(body).toMatch(/^The export fails\.[^]*characters left out[^]*What can I do\?$/);
  });

  test('a long subject is bounded too, and stays on one line', () => {
    const { subject } = readableTicket({ subject: `Where\nis ${'it '.repeat(600)}`, body: '' });
    expect(subject.length).toBeLessThanOrEqual(MAX_READABLE_SUBJECT);
    expect(subject).toMatch(/^Where is it/);
  });
});

describe('everyday tickets', () => {
  test('lose nothing but a name under a closing', () => {
    for (const { subject, body } of everyday) {
      const readable = readableTicket({ subject, body });
      expect(readable.subject).toBe(subject);
      const rest = body.replaceAll(/ +/g, ' ').slice(readable.body.length);
      expect(body.replaceAll(/ +/g, ' ').startsWith(readable.body)).toBe(true);
      expect(rest).toMatch(/^(?:\s*(?:Thanks,|Cheers,|Regards|Yours faithfully,)\n[\p{L}. ]{3,20})?$/u);
    }
  });

  test('are read the same when they are read again', () => {
    for (const ticket of everyday) {
      const once = readableTicket(ticket);
      expect(readableTicket(once)).toEqual(once);
    }
  });
});

/** What mails are made of, in any order. */
const PROSE = [
  'Hello,\n',
  'FYI\n',
  'Thanks\n',
  'Best regards,\n',
  'Eva Smith\n',
  'Is it broken?\n',
  'the cup',
  ' and ',
  '\n',
  '\n\n',
];
const ENDS = ['-- \n', '--\n', 'Sent from my iPhone\n', '________\n', '+44 20 7946 0000\n'];
const NOTICES = ['This email is confidential.\n', 'Virus-free.\n'];
const HISTORY = [
  'On 06/05/2024 15:14, Ben wrote:\n',
  '-----Original Message-----\n',
  'From: Ben\nTo: Eva\nSubject: Cup\n',
];
const QUOTES = ['> ', '>', '>>> ', '> 3 weeks\n'];
const UNSEEN = ['\u200B', '\u200D', '\r', '\u00A0', '\uD83D', '\uDE00', '😀'];
const MARKUP =
  `< </ & ; " ' = &amp; &lt; &#62; <p> </p> <br> <div> </div> <blockquote> </blockquote> <pre> <li> <td> <html>
  <script> </script> <!-- --> <a href="x> </a> <div|id="divRplyFwdMsg"> <div|class="gmail_attr">`
    .split(/\s+/)
    .map((piece) => piece.replace('|', ' '));

const mailsOf = (...pieces: string[]) =>
  array(oneof(constantFrom(...pieces), string({ unit: 'binary', maxLength: 8 })), { maxLength: 40 }).map((parts) =>
    parts.join(''),
  );
const mails = mailsOf(...PROSE, ...ENDS, ...NOTICES, ...HISTORY, ...QUOTES, ...UNSEEN, ...MARKUP);
const plainMails = mailsOf(...PROSE, ...ENDS, ...UNSEEN).map((text) => `My cup broke and nobody answers.\n${text}`);

describe('whatever arrives', () => {
  test('the result is well-formed and never longer than what came', () => {
    assert(
      property(mails, mails, (subject, body) => {
        const readable = readableTicket({ subject, body });
        expect((readable.subject + readable.body).isWellFormed()).toBe(true);
        expect(readable.subject.length).toBeLessThanOrEqual(subject.length);
        expect(readable.body.length).toBeLessThanOrEqual(body.length);
      }),
      { numRuns: 1_000 },
    );
  });

  test('a body that says something is never read as empty', () => {
    assert(
      property(mails, (body) => {
        const isBlank = withoutUnseen(body.toWellFormed()).trim() === '';
        expect(read(body) === '').toBe(isBlank);
      }),
      { numRuns: 1_000 },
    );
  });

  test('a plain text that was read is read the same when it is read again', () => {
    assert(
      property(plainMails, (body) => {
        const once = read(body);
        expect(read(once)).toBe(once);
      }),
      { numRuns: 1_000 },
    );
  });
});
