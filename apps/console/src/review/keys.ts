import { useEffect } from 'preact/hooks';

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
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isField(event.target)) return;
      if (onKey(event.key.length === 1 ? event.key.toLowerCase() : event.key)) event.preventDefault();
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [onKey]);
}

function isField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest('input, select, textarea, button, a, summary, dialog') !== null
  );
}
