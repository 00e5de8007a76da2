import { readTaxonomyFile } from '@usher/cli/taxonomy-file';
import type { Taxonomy } from '@usher/core/taxonomy';
import type { TicketText } from '@usher/core/ticket';

const SHIPPED = new URL('../../taxonomy.yaml', import.meta.url).pathname;

/** What people write around what they want, which costs tokens too. */
const OPENINGS = ['', 'Hello,\n\n', 'Hi team,\n\n', 'Good morning, I hope this finds you well.\n\n'];
const CLOSINGS = [
  '',
  '\n\nThanks\nSam',
  '\n\nBest regards,\nDana Example\n-- \nDana Example\nExample Ltd, 1 Main Street\nTel. 555-0100',
  '\n\nOn Mon, 2 Nov 2026 at 10:12, Support wrote:\n> Dear customer,\n> thank you for your message. We look into it and come back to you.\n> Your support team',
];

/** The default taxonomy and tickets that it was not shown. */
export interface Desk {
  taxonomy: Taxonomy;
  tickets: TicketText[];
}

/**
 * The default taxonomy with every other of its examples, and so many tickets made from the rest: each with a number of its own,
 * so that no two are the same, and with the greetings, signatures and quotes of mail around them.
 */
export async function readDesk(count: number): Promise<Desk> {
  const whole = await readTaxonomyFile(SHIPPED);
  const categories = whole.categories.map((category) => ({
    ...category,
    examples: category.examples.filter((_, at) => at % 2 === 0),
  }));
  const heldOut = whole.categories.flatMap(({ examples }) => examples.filter((_, at) => at % 2 === 1));
  const tickets = Array.from({ length: count }, (_, at) => {
    const text = heldOut[at % heldOut.length] ?? { subject: '', body: '' };
    const around = (parts: readonly string[]) => parts[Math.floor(at / 3) % parts.length] ?? '';
    const body = `${around(OPENINGS)}${text.body} My reference is ${100_000 + at}.${around(CLOSINGS)}`;
    return { subject: text.subject, body };
  });
  return { taxonomy: { ...whole, categories }, tickets };
}
