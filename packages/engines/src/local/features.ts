import { groups, type Visit, visitGrams } from './grams.ts';
import { GramTable } from './gram-table.ts';
import type { SparseRow } from './matrix.ts';
import type { Words } from './words.ts';

/** Features that are kept, the most frequent first; more brought nothing on any measured set. */
export const MAX_FEATURES = 65_536;

/** A gram seen in one text only says nothing about the next. */
const FEWEST_DOCUMENTS = 2;

/** Grams never seen before that every group is taken to hold in addition, so that a text of one word isn't all certainty. */
const UNSEEN_GRAMS = 2;

/** Different grams of a group that nearly every text stays within. */
const TYPICAL_GRAMS = 1_024;

/** How often each gram occurs in one text, a part for each group. */
export interface GramCounts {
  parts: readonly { hashes: Uint32Array; counts: Uint32Array }[];
}

/** The grams that a model knows, most frequent first, with what each is worth. */
export interface Vocabulary {
  table: GramTable;
  /** Inverse document frequency by feature. */
  idf: Float32Array;
  /** What a gram is worth that was never seen. */
  unseenIdf: number;
  /** Whether pieces of words are features too. */
  readsCharacters: boolean;
}

/** Counts the grams of a text; without characters it holds words and pairs only. */
export function countGrams(words: Words, { readsCharacters }: { readsCharacters: boolean }): GramCounts {
  const parts = groups.map((group) => {
    scratch.clear();
    if (group !== 'characters' || readsCharacters) visitGrams(words, group, countOne);
    return { hashes: scratch.hashes.slice(), counts: counts.slice(0, scratch.size) };
  });
  return { parts };
}

/** Used for one group after the other: a table for each would keep the garbage collector busier than the counting. */
const scratch = new GramTable(TYPICAL_GRAMS);
let counts = new Uint32Array(TYPICAL_GRAMS);

const countOne: Visit = (hash) => {
  const known = scratch.size;
  const number = scratch.add(hash);
  if (number === counts.length) counts = grown(counts);
  counts[number] = number === known ? 1 : (counts[number] ?? 0) + 1;
};

function grown(numbers: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(numbers.length * 2);
  larger.set(numbers);
  return larger;
}

/** The vocabulary of these texts: grams of at least two of them, with their smoothed inverse document frequency. */
export function learnVocabulary(
  documents: readonly GramCounts[],
  { readsCharacters }: { readsCharacters: boolean },
): Vocabulary {
  const seen = new GramTable(1 << 16);
  const frequencies: number[] = [];
  for (const { parts } of documents) {
    for (const { hashes } of parts) {
      for (const hash of hashes) {
        const number = seen.add(hash);
        frequencies[number] = (frequencies[number] ?? 0) + 1;
      }
    }
  }
  const frequencyOf = (number: number) => frequencies[number] ?? 0;
  const kept = [...frequencies.keys()]
    .filter((number) => frequencyOf(number) >= FEWEST_DOCUMENTS)
    .sort((a, b) => frequencyOf(b) - frequencyOf(a))
    .slice(0, MAX_FEATURES);
  const idfOf = (frequency: number) => Math.log((1 + documents.length) / (1 + frequency)) + 1;
  return vocabularyOf({
    hashes: kept.map((number) => seen.hashes[number] ?? 0),
    idf: Float32Array.from(kept, (number) => idfOf(frequencyOf(number))),
    unseenIdf: idfOf(1),
    readsCharacters,
  });
}

/** Puts a vocabulary together from its parts; the hashes are all different and stand in the order of the features. */
export function vocabularyOf(
  parts: Omit<Vocabulary, 'table'> & { hashes: Iterable<number> & { length: number } },
): Vocabulary {
  const { hashes, ...rest } = parts;
  const table = new GramTable(hashes.length);
  for (const hash of hashes) table.add(hash);
  return { table, ...rest };
}

/**
 * A text as features with (1 + log tf) · idf, each group brought to the length it would have with length one if every gram
 * were known: what the model doesn't know makes the rest smaller, and the prediction less sure.
 */
export function vectorise({ parts }: GramCounts, vocabulary: Vocabulary): SparseRow {
  const most = parts.reduce((sum, part) => sum + part.hashes.length, 0);
  const row = { features: new Int32Array(most), values: new Float32Array(most) };
  const length = parts.reduce((end, part) => addPart(part, vocabulary, { row, from: end }), 0);
  return { features: row.features.slice(0, length), values: row.values.slice(0, length) };
}

function addPart(
  { hashes, counts }: GramCounts['parts'][number],
  vocabulary: Vocabulary,
  { row, from }: { row: SparseRow; from: number },
): number {
  let squares = UNSEEN_GRAMS * vocabulary.unseenIdf ** 2;
  let end = from;
  for (let at = 0; at < hashes.length; at++) {
    const feature = vocabulary.table.find(hashes[at] ?? 0);
    const idf = feature < 0 ? vocabulary.unseenIdf : (vocabulary.idf[feature] ?? 0);
    const count = counts[at] ?? 1;
    const value = count === 1 ? idf : (1 + Math.log(count)) * idf;
    squares += value * value;
    if (feature < 0) continue;
    row.features[end] = feature;
    row.values[end++] = value;
  }
  const scale = 1 / Math.sqrt(squares);
  for (let at = from; at < end; at++) row.values[at] = (row.values[at] ?? 0) * scale;
  return end;
}
