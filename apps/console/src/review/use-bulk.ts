import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { messageOf } from '../api/use-answer.ts';
import { acceptAll, type Item, type RefusedItem } from './item.ts';

/** Milliseconds in which an acceptance can be taken back; only then is it told. */
const UNDO_MS = 10_000;

interface Pending {
  items: readonly Item[];
  timer: ReturnType<typeof setTimeout>;
}

/** Suggestions that are accepted together, and can be taken back for a while. */
export interface Bulk {
  accept: (items: readonly Item[]) => void;
  undo: () => void;
  /** How many are accepted and not told yet. */
  pending: number;
  /** Whether it was accepted here, told or not. */
  isGone: (id: string) => boolean;
  /** What could not be accepted when it was told, and why. */
  refused: readonly RefusedItem[];
  error: string;
}

/** Keeps what was accepted until it is told, at the latest when the page closes. Calls back when something was told. */
export function useBulk(told: () => void): Bulk {
  const [pending, setPending] = useState<readonly Pending[]>([]);
  const [refused, setRefused] = useState<Bulk['refused']>([]);
  const [error, setError] = useState('');
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const now = useRef<readonly Pending[]>([]);
  const keep = useCallback((next: readonly Pending[]) => {
    now.current = next;
    setPending(next);
  }, []);

  const tell = useCallback(
    async (one: Pending) => {
      clearTimeout(one.timer);
      try {
        const refused = await acceptAll(one.items);
        setRefused(refused);
        const accepted = idsOf(one.items).filter((id) => !refused.some((other) => other.id === id));
        setGone((before) => before.union(new Set(accepted)));
      } catch (thrown) {
        setError(messageOf(thrown));
      } finally {
        keep(now.current.filter((other) => other !== one));
        told();
      }
    },
    [keep, told],
  );

  useEffect(() => {
    const tellAll = () => now.current.forEach((one) => void tell(one));
    window.addEventListener('pagehide', tellAll);
    return () => {
      window.removeEventListener('pagehide', tellAll);
      tellAll();
    };
  }, [tell]);

  const accept = (items: readonly Item[]) => {
    setError('');
    setRefused([]);
    const one: Pending = { items, timer: setTimeout(() => void tell(one), UNDO_MS) };
    keep([...now.current, one]);
  };
  const undo = () => {
    const last = now.current.at(-1);
    if (last === undefined) return;
    clearTimeout(last.timer);
    keep(now.current.slice(0, -1));
  };
  const ids = new Set(pending.flatMap(({ items }) => idsOf(items)));
  return { accept, undo, pending: ids.size, isGone: (id) => ids.has(id) || gone.has(id), refused, error };
}

function idsOf(items: readonly Item[]): string[] {
  return items.map(({ id }) => id);
}
