/** Two texts, by their places, and the share of their different words that they have in common (Jaccard). */
export interface SimilarPair {
  one: number;
  other: number;
  likeness: number;
}

/** A word starts with a letter or digit; the marks of a script belong to the letter before them. */
const WORD = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu;

/** The different words of a text, in compatibility form and lower case, with the digits of numbers made equal. */
export function differentWords(text: string): ReadonlySet<string> {
  const words = text.normalize('NFKC').toLowerCase().match(WORD) ?? [];
  return new Set(words.map((word) => word.replaceAll(/[0-9]/g, '0')));
}

/**
 * All pairs whose likeness is at least so much, among those that may be compared. Only texts that share one of their rarest words are
 * compared: of two sets with a likeness of t, the rarest |x| - ⌈t|x|⌉ + 1 words of each have one in common (prefix filtering; Bayardo,
 * Ma and Srikant, 2007: Scaling up all pairs similarity search).
 */
export function similarPairs(
  texts: readonly ReadonlySet<string>[],
  { least, mayPair }: { least: number; mayPair: (one: number, other: number) => boolean },
): SimilarPair[] {
  const counts = countTexts(texts);
  const seenWith = new Map<string, number[]>();
  return texts.flatMap((words, other) => {
    const candidates = new Set<number>();
    for (const word of rarest(words, counts, least)) {
      const seen = seenWith.get(word);
      for (const one of seen ?? []) candidates.add(one);
      if (seen === undefined) seenWith.set(word, [other]);
      else seen.push(other);
    }
    return [...candidates].flatMap((one): SimilarPair[] => {
      if (!mayPair(one, other)) return [];
      const likeness = likenessOf(texts[one] ?? new Set(), words);
      return likeness >= least ? [{ one, other, likeness }] : [];
    });
  });
}

function countTexts(texts: readonly ReadonlySet<string>[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const words of texts) for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

function rarest(words: ReadonlySet<string>, counts: ReadonlyMap<string, number>, least: number): string[] {
  const count = (word: string) => counts.get(word) ?? 0;
  const ordered = [...words].sort((a, b) => count(a) - count(b) || (a < b ? -1 : 1));
  return ordered.slice(0, words.size - Math.ceil(least * words.size) + 1);
}

function likenessOf(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const both = [...one].filter((word) => other.has(word)).length;
  const either = one.size + other.size - both;
  return either === 0 ? 0 : both / either;
}
