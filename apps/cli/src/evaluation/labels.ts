import type { Category, Taxonomy } from '@usher/core/taxonomy';
import { Key } from '@usher/core/taxonomy';
import { CannotDo } from '../failures.ts';

/** The labels of a training file as a taxonomy. */
export interface Labels {
  taxonomy: Taxonomy;
  /** The key that stands for a label, whatever its letter case and punctuation; an unknown label stands for itself. */
  keyOf: (label: string) => string;
  /** The most frequent one's key. */
  majority: string;
}

const LONGEST_KEY = 63;

/**
 * Makes a taxonomy of the labels of a training file, which says nothing about them but their names. Throws CannotDo for fewer than
 * two labels.
 */
export function labelsOf(given: readonly string[]): Labels {
  const counts = new Map<string, number>();
  for (const label of given) counts.set(label, (counts.get(label) ?? 0) + 1);
  const [majority] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [];
  if (majority === undefined || counts.size < 2)
    throw new CannotDo('too_few_labels', 'The training file needs tickets of at least two categories.');
  const keys = new Map<string, string>();
  for (const label of counts.keys()) keys.set(label, freeKey(label, new Set(keys.values())));
  const known = new Set(keys.values());
  const keyOf = (label: string) => keys.get(label) ?? (known.has(slugOf(label)) ? slugOf(label) : label);
  const categories = [...keys].map(([label, key]) => categoryOf(label, key));
  return { taxonomy: { fallback: keyOf(majority), categories }, keyOf, majority: keyOf(majority) };
}

function categoryOf(title: string, key: string): Category {
  const silent = { description: '', keywords: [], subcategories: [], examples: [] };
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
