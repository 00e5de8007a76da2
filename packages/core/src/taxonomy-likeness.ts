import { z } from 'zod';
import { differentWords, similarPairs } from './similar-pairs.ts';
import type { Category, Taxonomy } from './taxonomy.ts';

const Place = z.object({
  category: z.string(),
  subcategory: z.string().nullable(),
  text: z.string().describe('The beginning of what is alike.'),
});

/** Two texts of a taxonomy that say nearly the same and mean different labels: engines can't tell them apart. */
export const Likeness = z.object({
  what: z.enum(['description', 'example']),
  places: z.tuple([Place, Place]),
  likeness: z.number().describe('Share of their different words that both have, 0 to 1.'),
});
export type Likeness = z.infer<typeof Likeness>;

/** Descriptions share words of their trade; examples that differ in a word or two are the same request. */
const LEAST = { description: 0.6, example: 0.8 };

/** More help nobody, and examples beyond these would take too long to compare. */
const MOST = 50;
const MOST_EXAMPLES = 5_000;
const SHOWN = 200;

interface Labelled {
  category: string;
  subcategory: string | null;
  text: string;
}

/** Descriptions and examples of different labels that are nearly identical, the most alike first; fifty at most. */
export function findLikenesses({ categories }: Taxonomy): Likeness[] {
  const descriptions = alike('description', categories.flatMap(describedBy), areOthers);
  const examples = categories.flatMap(exampleTexts).slice(0, MOST_EXAMPLES);
  return [...descriptions, ...alike('example', examples, areOfOtherCategories)].slice(0, MOST);
}

function alike(
  what: Likeness['what'],
  texts: readonly Labelled[],
  mayPair: (one: Labelled, other: Labelled) => boolean,
): Likeness[] {
  const words = texts.map(({ text }) => differentWords(text));
  const found = similarPairs(words, {
    least: LEAST[what],
    mayPair: (one, other) => mayPair(textAt(texts, one), textAt(texts, other)),
  });
  return found
    .sort((a, b) => b.likeness - a.likeness)
    .slice(0, MOST)
    .map(({ one, other, likeness }) => ({
      what,
      places: [shown(textAt(texts, one)), shown(textAt(texts, other))],
      likeness,
    }));
}

function textAt(texts: readonly Labelled[], at: number): Labelled {
  const text = texts[at];
  if (text === undefined) throw new RangeError(`there is no text ${at}`);
  return text;
}

function shown({ category, subcategory, text }: Labelled): z.infer<typeof Place> {
  return { category, subcategory, text: text.slice(0, SHOWN) };
}

function describedBy({ key, title, description, subcategories }: Category): Labelled[] {
  return [
    { category: key, subcategory: null, text: `${title}. ${description}` },
    ...subcategories.map((child) => ({
      category: key,
      subcategory: child.key,
      text: `${child.title}. ${child.description}`,
    })),
  ];
}

function exampleTexts({ key, examples }: Category): Labelled[] {
  return examples.map(({ subject, body, subcategory = null }) => ({
    category: key,
    subcategory,
    text: `${subject} ${body}`.trim(),
  }));
}

/** A category and its own subcategory may well be described alike. */
function areOthers(one: Labelled, other: Labelled): boolean {
  return areOfOtherCategories(one, other) || (one.subcategory !== null && other.subcategory !== null);
}

function areOfOtherCategories(one: Labelled, other: Labelled): boolean {
  return one.category !== other.category;
}
