import type { Example } from '@usher/core/engine';
import { Taxonomy } from '@usher/core/taxonomy';
import { createExampleShelf } from '@usher/engines/example-shelf';
import { trainLocalModel } from '@usher/engines/local/train';
import { expect, test } from 'vitest';
import { garden } from './local-desk.ts';

const ticket = { subject: 'Mower', body: 'The mower ran over my tulips and the blade is bent.' };
const alone = { model: null, ticketId: null };

function example(category: string, body: string): Example {
  return { subject: '', body, category, subcategory: null, weight: 1 };
}

function shelfOf(examples: readonly Example[], { taxonomy = garden, most = 10 } = {}) {
  const shelf = createExampleShelf(taxonomy, { most });
  for (const one of examples) shelf.put(one, null);
  return shelf;
}

const bodies = (examples: readonly Example[]) => examples.map(({ body }) => body);

test('the most similar text of each category is shown, the best first, and never two of one', () => {
  const shelf = shelfOf([
    example('tools', 'My mower does not start.'),
    example('tools', 'The blade of the mower is bent.'),
    example('plants', 'All my tulips are eaten.'),
    example('other', 'xyzzy'),
  ]);
  expect(bodies(shelf.similarTo(ticket, alone))).toEqual([
    'The blade of the mower is bent.',
    'All my tulips are eaten.',
  ]);
});

test("the local model's likeliest category leads, even where another text is more alike", () => {
  const model = trainLocalModel([], garden, { seed: 1 });
  const shelf = shelfOf([example('plants', 'A tulip'), example('tools', 'Please help me with this, I need it soon')]);
  const asked = { subject: '', body: 'Please help me with this tulip, I need a seedling soon' };
  expect(bodies(shelf.similarTo(asked, alone))[0]).toMatch(/^Please/);
  expect(bodies(shelf.similarTo(asked, { ...alone, model }))[0]).toBe('A tulip');
});

test('starter examples are there from the first start, and one that was corrected gives way', () => {
  const [plants, ...others] = garden.categories;
  const starter = { subject: 'Mower', body: 'The mower ran over my tulips.' };
  const taxonomy = Taxonomy.parse({ ...garden, categories: [{ ...plants, examples: [starter] }, ...others] });
  const shelf = shelfOf([], { taxonomy });
  expect(shelf.similarTo(ticket, alone)).toMatchObject([{ ...starter, category: 'plants' }]);
  shelf.put({ ...example('tools', 'the mower ran over my tulips'), subject: 'mower' }, null);
  expect(shelf.similarTo(ticket, alone)).toMatchObject([{ category: 'tools' }]);
});

test('a ticket is never shown its own example, and its newest label replaces the one before', () => {
  const shelf = shelfOf([]);
  shelf.put(example('tools', ticket.body), 7);
  expect(shelf.similarTo(ticket, { model: null, ticketId: 7 })).toEqual([]);
  expect(shelf.similarTo(ticket, { model: null, ticketId: 8 })).toMatchObject([{ category: 'tools' }]);
  shelf.put(example('plants', ticket.body), 7);
  expect(shelf.similarTo(ticket, { model: null, ticketId: 8 })).toMatchObject([{ category: 'plants' }]);
  shelf.put(example('a_category_of_old', ticket.body), 7);
  expect(shelf.similarTo(ticket, { model: null, ticketId: 8 })).toEqual([]);
});

test('of more examples than it may keep, the oldest are forgotten, and long bodies are cut', () => {
  const shelf = shelfOf([example('tools', 'mower one'), example('plants', `mower ${'two '.repeat(1_000)}`)], {
    most: 1,
  });
  const [found, ...others] = shelf.similarTo(ticket, alone);
  expect([found?.category, found?.body.length, others]).toEqual(['plants', 600, []]);
});
