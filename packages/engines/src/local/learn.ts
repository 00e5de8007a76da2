import type { TrainingDocument } from './documents.ts';
import { type GramCounts, learnVocabulary, vectorise, type Vocabulary } from './features.ts';
import { compactHead, fitHead, type LinearHead } from './head.ts';
import { type SparseRow, stackRows } from './matrix.ts';

/** A document whose grams are counted. */
export interface CountedDocument extends TrainingDocument {
  grams: GramCounts;
}

/** What is learnt from documents, before it is known how far it can be trusted. */
export interface Learnt {
  vocabulary: Vocabulary;
  /** Tells the categories apart. */
  head: LinearHead;
  /** Tells the subcategories of a category apart; only for categories where at least two were seen in examples. */
  children: ReadonlyMap<string, LinearHead>;
}

export interface LearnOptions {
  categories: readonly string[];
  readsCharacters: boolean;
  seed: number;
}

/** Promises the same for the same documents, options and seed. */
export function learn(documents: readonly CountedDocument[], options: LearnOptions): Learnt {
  const { categories, readsCharacters, seed } = options;
  const counts = documents.map((document) => document.grams);
  const vocabulary = learnVocabulary(counts, { readsCharacters });
  const rows = counts.map((grams) => vectorise(grams, vocabulary));
  const lessons = documents.map(({ category, weight }, at) => ({ label: category, weight, row: rowAt(rows, at) }));
  const head = fitLessons(lessons, { labels: categories, width: vocabulary.idf.length, seed });
  const children = new Map<string, LinearHead>();
  for (const category of categories) {
    if (!hasTwoChildren(documents, category)) continue;
    const childLessons = documents.flatMap((document, at) => lessonOfChild(document, category, rowAt(rows, at)));
    const labels = [...new Set(childLessons.map((lesson) => lesson.label))].sort();
    const childHead = fitLessons(childLessons, { labels, width: vocabulary.idf.length, seed });
    children.set(category, compactHead(childHead));
  }
  return { vocabulary, head, children };
}

interface Lesson {
  row: SparseRow;
  label: string;
  weight: number;
}

function fitLessons(
  lessons: readonly Lesson[],
  { labels, width, seed }: { labels: readonly string[]; width: number; seed: number },
): LinearHead {
  const places = new Map(labels.map((label, place) => [label, place]));
  return fitHead({
    matrix: stackRows(
      lessons.map((lesson) => lesson.row),
      width,
    ),
    labels,
    labelOf: Int32Array.from(lessons, (lesson) => places.get(lesson.label) ?? -1),
    weights: Float64Array.from(lessons, (lesson) => lesson.weight),
    seed,
  });
}

function hasTwoChildren(documents: readonly CountedDocument[], category: string): boolean {
  const seen = documents.filter((document) => document.category === category && document.origin !== 'about');
  return new Set(seen.flatMap(({ subcategory }) => subcategory ?? [])).size >= 2;
}

function lessonOfChild(document: CountedDocument, category: string, row: SparseRow): Lesson[] {
  if (document.category !== category || document.subcategory === null) return [];
  return [{ row, label: document.subcategory, weight: document.weight }];
}

function rowAt(rows: readonly SparseRow[], at: number): SparseRow {
  return rows[at] ?? { features: new Int32Array(0), values: new Float32Array(0) };
}
