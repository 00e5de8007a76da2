import type { Example } from '@usher/core/engine';
import { Taxonomy } from '@usher/core/taxonomy';
import { randomFrom } from '@usher/engines/local/random';

/** A small garden shop: three categories, two of them with subcategories. */
export const garden = Taxonomy.parse({
  fallback: 'other',
  categories: [
    {
      key: 'plants',
      title: 'Plants',
      description: 'Everything that grows.',
      team: 'gardeners',
      priority: 'medium',
      sla_hours: 24,
      keywords: ['tulip', 'seedling'],
      subcategories: [
        { key: 'watering', title: 'Watering', description: 'How much water a plant needs.' },
        { key: 'pests', title: 'Pests', description: 'Something eats the plant.' },
        { key: 'pruning', title: 'Pruning', description: 'When and where to cut.' },
      ],
    },
    {
      key: 'tools',
      title: 'Tools',
      description: 'Spades, mowers and their repair.',
      team: 'workshop',
      priority: 'low',
      sla_hours: 48,
      subcategories: [{ key: 'repair', title: 'Repair', description: 'A tool is broken.' }],
    },
    { key: 'other', title: 'Other', description: 'Anything else.', team: 'desk', priority: 'low', sla_hours: 72 },
  ],
});

const wordsOf = {
  plants: {
    watering: ['dry', 'water', 'thirsty', 'soil', 'drooping'],
    pests: ['aphids', 'snails', 'holes', 'eaten', 'beetle'],
  },
  tools: { repair: ['mower', 'blade', 'spade', 'engine', 'handle'] },
  other: { none: ['hours', 'parking', 'voucher', 'open', 'sunday'] },
} as const;
const fillers = ['hello', 'please', 'since', 'yesterday', 'my', 'the', 'garden', 'thanks', 'and', 'again'];

/** So many made-up examples of every kind, all of them different, with words of their kind among words of any. */
export function gardenExamples(each: number, seed = 7): Example[] {
  const random = randomFrom(seed);
  const pick = (words: readonly string[]) => words[Math.floor(random() * words.length)] ?? '';
  return Object.entries(wordsOf).flatMap(([category, kinds]) =>
    Object.entries(kinds).flatMap(([kind, words]) =>
      Array.from({ length: each }, (_, index) => ({
        subject: index % 3 === 0 ? pick(words) : '',
        body: [pick(fillers), pick(words), pick(fillers), pick(fillers), pick(words), `note${word(index)}`].join(' '),
        category,
        subcategory: kind === 'none' ? null : kind,
        weight: 1,
      })),
    ),
  );
}

/** A word of letters that stands for a number. */
function word(index: number): string {
  return String(index).replaceAll(/\d/g, (digit) => 'abcdefghij'.charAt(Number(digit)));
}
