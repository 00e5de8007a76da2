import type { Category, Taxonomy } from '@usher/core/taxonomy';
import { Key } from '@usher/core/taxonomy';
import { CannotDo } from '../failures.ts';
import type { LabelledTicket } from './lines.ts';

/** The labels of a training file as a taxonomy. */
export interface Labels {
  taxonomy: Taxonomy;
  /** The key that stands for a label, whatever its letter case and punctuation; an unknown label stands for itself. */
  keyOf: (label: string) => string;
  /** The key that stands for a subcategory's label below a category's key. */
  childKeyOf: (key: string, label: string) => string;
  /** The most frequent one's key. */
  majority: string;
}

/** The labels of one ticket. */
type LabelPair = Pick<LabelledTicket, 'category' | 'subcategory'>;

const LONGEST_KEY = 63;

/**
 * Makes a taxonomy of the labels of a training file, which says nothing about them but their names. Throws CannotDo for fewer than
 * two labels.
 */
export function labelsOf(given: readonly LabelPair[]): Labels {
  const counts = new Map<string, number>();
  for (const { category: label } of given) counts.set(label, (counts.get(label) ?? 0) + 1);
  const [majority] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [];
  if (majority === undefined || counts.size < 2)
    throw new CannotDo('too_few_labels', 'The training file needs tickets of at least two categories.');
  const keys = new Map<string, string>();
  for (const label of counts.keys()) keys.set(label, freeKey(label, new Set(keys.values())));
  const known = new Set(keys.values());
  const keyOf = (label: string) => keys.get(label) ?? (known.has(slugOf(label)) ? slugOf(label) : label);
  const children = childrenOf(given, keyOf);
  const categories = [...keys].map(([label, key]) => categoryOf(label, key, [...(children.get(key) ?? [])]));
  const childKeyOf = (key: string, label: string) => children.get(key)?.get(label) ?? label;
  return { taxonomy: { fallback: keyOf(majority), categories }, keyOf, childKeyOf, majority: keyOf(majority) };
}

/** Keys of the subcategories' labels, by the key of their category. */
function childrenOf(given: readonly LabelPair[], keyOf: Labels['keyOf']): Map<string, Map<string, string>> {
  const children = new Map<string, Map<string, string>>();
  for (const { category, subcategory } of given) {
    if (subcategory === null) continue;
    const own = children.get(keyOf(category)) ?? new Map<string, string>();
    if (!own.has(subcategory)) own.set(subcategory, freeKey(subcategory, new Set(own.values())));
    children.set(keyOf(category), own);
  }
  return children;
}

function categoryOf(title: string, key: string, children: readonly (readonly [string, string])[]): Category {
  const subcategories = children.map(([title, key]) => ({ key, title, description: '' }));
  const silent = { description: '', keywords: [], subcategories, examples: [] };
  return { key, title, team: 'support', priority: 'medium', sla_hours: 24, ...silent };
}

function freeKey(label: string, taken: ReadonlySet<string>): string {
  const slug = slugOf(label);
  for (let number = 1; ; number++) {
    const key = number === 1 ? slug : `${slug.slice(0, LONGEST_KEY - 7)}_${number}`;
    if (!taken.has(key)) return key;
  }
}

function slugOf(label: string): string {
  if (Key.safeParse(label).success) return label;
  const plain = label.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
  const slug = plain.replaceAll(/[^a-z0-9]+/g, '_').replaceAll(/^_+|_+$/g, '');
  return (/^[a-z]/.test(slug) ? slug : `label_${slug}`).slice(0, LONGEST_KEY);
}
