import { useCallback, useEffect, useState } from 'preact/hooks';
import { useAnswer } from '../api/use-answer.ts';
import { type InForce, readInForce } from './in-force.ts';
import { keepDraft, type KeptDraft, recallDraft } from './kept-draft.ts';
import type { Taxonomy } from './types.ts';

/** Changes a list into another; nothing is changed in place. */
export type Edit = (taxonomy: Taxonomy) => Taxonomy;

/** The list that is shown: the draft where there is one, and else the list in force. */
export interface Draft {
  inForce: InForce | undefined;
  now: Taxonomy | undefined;
  /** The version that the draft was made from, with what stood there. */
  base: { version: number; taxonomy: Taxonomy } | undefined;
  isChanged: boolean;
  /** True where another version is in force than the draft was made from. */
  isOvertaken: boolean;
  /** False where the browser cannot keep it. */
  isKept: boolean;
  error: string | undefined;
  /** Counts what replaced the whole list, so that half-typed fields start afresh. */
  generation: number;
  edit: (edit: Edit) => void;
  /** Like edit, and can be taken back until the next one; `what` says what was done. */
  remove: (what: string, edit: Edit) => void;
  removed: { what: string; undo: () => void } | undefined;
  /** Throws the draft away, which can be taken back likewise. */
  discard: () => void;
  /** Forgets the draft once it is published. */
  settle: () => void;
  /** Goes on with this list as a draft of what is in force now. */
  rebase: (onto: InForce, now: Taxonomy) => void;
  /** Reads what is in force again. */
  again: () => void;
}

/** Keeps somebody's draft while they edit, in this tab, and warns before it is closed. */
export function useDraft(owner: string): Draft {
  const { data: inForce, error, again } = useAnswer('taxonomy/in-force', readInForce);
  const [kept, setKept] = useState(() => recallDraft(owner));
  const [isKept, setIsKept] = useState(true);
  const [generation, setGeneration] = useState(0);
  const [taken, setTaken] = useState<{ what: string; before: KeptDraft | undefined }>();
  useEffect(() => setIsKept(keepDraft(owner, kept)), [owner, kept]);
  useWarning(kept !== undefined);

  const edit = useCallback(
    (change: Edit) => {
      setTaken(undefined);
      setKept((before) => changed(before ?? draftOf(inForce), change));
    },
    [inForce],
  );
  const remove = useCallback(
    (what: string, change: Edit) => {
      edit(change);
      setTaken({ what, before: kept });
    },
    [edit, kept],
  );
  const replace = useCallback((draft: KeptDraft | undefined) => {
    setTaken(undefined);
    setKept(draft);
    setGeneration((before) => before + 1);
  }, []);

  const base = kept === undefined ? inForce : { version: kept.base, taxonomy: kept.was };
  return {
    inForce,
    now: kept?.now ?? inForce?.taxonomy,
    base,
    isChanged: kept !== undefined,
    isOvertaken: kept !== undefined && inForce !== undefined && kept.base !== inForce.version,
    isKept,
    error,
    generation,
    edit,
    remove,
    removed: taken && { what: taken.what, undo: () => replace(taken.before) },
    discard: () => {
      replace(undefined);
      setTaken({ what: 'Your draft is discarded.', before: kept });
    },
    settle: () => replace(undefined),
    rebase: (onto, now) => replace(changed(draftOf(onto), () => now)),
    again,
  };
}

function draftOf(inForce: InForce | undefined): KeptDraft | undefined {
  return inForce && { base: inForce.version, was: inForce.taxonomy, now: inForce.taxonomy };
}

/** A draft that says what it was made from says nothing. */
function changed(draft: KeptDraft | undefined, edit: Edit): KeptDraft | undefined {
  if (draft === undefined) return undefined;
  const now = edit(draft.now);
  return JSON.stringify(now) === JSON.stringify(draft.was) ? undefined : { ...draft, now };
}

/** The browser asks before the tab is closed; going to another page of the console loses nothing. */
function useWarning(isNeeded: boolean): void {
  useEffect(() => {
    if (!isNeeded) return undefined;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [isNeeded]);
}
