import { useEffect, useState } from 'preact/hooks';
import type { Taxonomy } from './types.ts';

/** A draft, and the version that it was made from. */
export interface KeptDraft {
  base: number;
  was: Taxonomy;
  now: Taxonomy;
}

const changes = new EventTarget();

const placeOf = (owner: string) => `usher-taxonomy-draft:${owner}`;

/** Keeps somebody's draft for as long as this tab is open; undefined forgets it. False where it is too large to be kept. */
export function keepDraft(owner: string, draft: KeptDraft | undefined): boolean {
  try {
    if (draft === undefined) sessionStorage.removeItem(placeOf(owner));
    else sessionStorage.setItem(placeOf(owner), JSON.stringify(draft));
    return true;
  } catch {
    return false;
  } finally {
    changes.dispatchEvent(new Event('changed'));
  }
}

/** The draft that was kept in this tab, if there is one. */
export function recallDraft(owner: string): KeptDraft | undefined {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(placeOf(owner)) ?? 'null');
    return isDraft(kept) ? kept : undefined;
  } catch {
    return undefined;
  }
}

/** Tells whether somebody has a draft in this tab that is not published. */
export function useHasDraft(owner: string): boolean {
  const look = () => sessionStorage.getItem(placeOf(owner)) !== null;
  const [hasDraft, setHasDraft] = useState(look);
  useEffect(() => {
    const listen = () => setHasDraft(look());
    changes.addEventListener('changed', listen);
    return () => changes.removeEventListener('changed', listen);
  }, [owner]);
  return hasDraft;
}

function isDraft(kept: unknown): kept is KeptDraft {
  if (kept === null || typeof kept !== 'object') return false;
  return 'base' in kept && 'was' in kept && 'now' in kept && isList(kept.was) && isList(kept.now);
}

function isList(value: unknown): boolean {
  return value !== null && typeof value === 'object' && 'categories' in value && Array.isArray(value.categories);
}
