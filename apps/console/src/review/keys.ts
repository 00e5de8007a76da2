import { useLayoutEffect } from 'preact/hooks';

/** What each key does, in the words of the help. */
export const KEYS: readonly (readonly [keys: string, does: string])[] = [
  ['Enter', 'accept the suggestion'],
  ['1–9', 'choose the category with this number'],
  ['E', 'choose by name, with subcategory and note'],
  ['J · K', 'next · previous ticket'],
  ['P', 'pass: somebody else shall look'],
  ['U', 'undo, for ten seconds'],
  ['/', 'find a ticket'],
  ['?', 'this help'],
];

/** Calls back for keys that are not meant for a field or a button, and leaves combinations to the browser. */
export function useKeys(onKey: (key: string) => boolean): void {
  // Before the next key can come: a quick one must not find what was on the desk before.
  useLayoutEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isField(event.target)) return;
      if (onKey(event.key.length === 1 ? event.key.toLowerCase() : event.key)) event.preventDefault();
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [onKey]);
}

/** Whether keys go to what is focused; a button of a dialog that has just closed still has the focus for a moment. */
function isField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement) || !target.checkVisibility()) return false;
  return target.closest('input, select, textarea, button, a, summary, dialog') !== null;
}
