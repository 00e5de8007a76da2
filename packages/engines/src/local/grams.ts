import type { Words } from './words.ts';

/**
 * What is counted in a text: single words and pairs of neighbours, pieces of two to four characters inside a word, and
 * the subject's words once more. Each group is weighed by itself.
 */
export const groups = ['words', 'characters', 'subject'] as const;
export type Group = (typeof groups)[number];

/** Called for each gram with its hash, the word it starts in and how many words it spans (1 or 2). */
export type Visit = (hash: number, word: string, next: string | null) => void;

/** FNV-1a, 32 bits (Fowler, Noll and Vo), taken over UTF-16 units; each group starts elsewhere, so that they never meet. */
const PRIME = 0x01000193;
const STARTS: Record<Group, number> = { words: 0x811c9dc5, characters: 0x2b1e8a67, subject: 0x5f3d9c11 };

const SHORTEST_PIECE = 2;
const LONGEST_PIECE = 4;
const SPACE = 0x20;
const WORD_START = 0x02;
const WORD_END = 0x03;

/** Visits every gram of one group, in the order of the text. */
export function visitGrams(words: Words, group: Group, visit: Visit): void {
  if (group === 'subject')
    return words.subject.forEach((word) => visit(hashOf(word, STARTS.subject) >>> 0, word, null));
  const visitList = group === 'words' ? visitWordsAndPairs : visitPieces;
  visitList(words.subject, visit);
  visitList(words.body, visit);
}

function visitWordsAndPairs(words: readonly string[], visit: Visit): void {
  let before: { word: string; hash: number } | null = null;
  for (const word of words) {
    const hash = hashOf(word, STARTS.words);
    visit(hash >>> 0, word, null);
    if (before !== null) visit(hashOf(word, step(before.hash, SPACE)) >>> 0, before.word, word);
    before = { word, hash };
  }
}

function visitPieces(words: readonly string[], visit: Visit): void {
  for (const word of words) {
    for (let start = -1; start < word.length; start++) visitPiecesFrom(word, start, visit);
  }
}

/** Pieces that begin at one place of a word, whose start and end count as characters. */
function visitPiecesFrom(word: string, start: number, visit: Visit): void {
  let hash = STARTS.characters;
  const longest = Math.min(LONGEST_PIECE, word.length + 1 - start);
  for (let length = 1; length <= longest; length++) {
    hash = step(hash, unitAt(word, start + length - 1));
    if (length >= SHORTEST_PIECE) visit(hash >>> 0, word, null);
  }
}

function hashOf(word: string, start: number): number {
  let hash = start;
  for (let at = 0; at < word.length; at++) hash = step(hash, unitAt(word, at));
  return hash;
}

/** Every digit reads as 0: the shape of an order number says something, its value nothing that holds for the next ticket. */
function unitAt(word: string, at: number): number {
  if (at < 0) return WORD_START;
  if (at >= word.length) return WORD_END;
  const unit = word.charCodeAt(at);
  return unit >= 0x30 && unit <= 0x39 ? 0x30 : unit;
}

function step(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, PRIME);
}
