import type { TicketText } from '@usher/core/ticket';

/** Characters that are read of a subject and of a body: enough to tell what a ticket is about, and a bound on the time. */
export const MAX_READ = 10_000;

/** A ticket's words in their order. */
export interface Words {
  subject: readonly string[];
  body: readonly string[];
}

/** A word starts with a letter or digit; the marks of Thai, Hindi or Arabic script belong to the letter before them. */
const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu;

/** The words of a ticket, in compatibility form (NFKC) and lower case; a script without spaces gives one word a clause. */
export function readWords(ticket: TicketText): Words {
  return { subject: wordsOf(ticket.subject), body: wordsOf(ticket.body) };
}

/** The same for texts that differ in nothing a person would call different: case, punctuation, the digits of numbers. */
export function textKey(words: Words): string {
  return [...words.subject, '|', ...words.body].join(' ').replaceAll(/[0-9]/g, '0');
}

/** The words by which similar texts are looked up; the digits of numbers make no difference. */
export function lookupWords(text: TicketText): string[] {
  const { subject, body } = readWords(text);
  return [...subject, ...body].map((word) => word.replaceAll(/[0-9]/g, '0'));
}

function wordsOf(text: string): readonly string[] {
  return text.slice(0, MAX_READ).normalize('NFKC').toLowerCase().match(WORD) ?? [];
}
