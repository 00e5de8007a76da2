import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { messageOf } from '../api/use-answer.ts';
import { answer, type Item, type Kind, type ReviewFilter, takeNext, type Verdict } from './item.ts';

/** Items that are held at the same time: the one that is looked at, and those that come after it. */
const HELD = 3;
/** Milliseconds in which a verdict can be taken back; only then is it told. */
const UNDO_MS = 10_000;

/** Milliseconds between looks for something new while there is too little. */
const LOOK_EVERY_MS = 5_000;

/** What is still said for a queue that was left: until it is, the server would give its tickets out again. */
let leaving: Promise<unknown> = Promise.resolve();

interface Pending {
  item: Item;
  verdict: Verdict;
  timer: ReturnType<typeof setTimeout>;
}

/** One agent's queue: the next item is there before the last one is answered, and an answer can be taken back for a while. */
export interface Queue {
  held: readonly Item[];
  /** True until it is known whether anything waits. */
  isFilling: boolean;
  error: string;
  /** How many were answered since the page was opened. */
  done: number;
  canUndo: boolean;
  say: (item: Item, verdict: Verdict) => void;
  undo: () => void;
}

/**
 * Keeps the queue of one kind filled while the page is open. When it closes, what is pending is told, and what was held goes back to
 * the others.
 */
export function useQueue(kind: Kind, filter: ReviewFilter): Queue {
  const [held, setHeld] = useState<readonly Item[]>([]);
  const [isFilling, setIsFilling] = useState(true);
  const [error, setError] = useState('');
  const [done, setDone] = useState(0);
  const [looks, setLooks] = useState(0);
  const pending = useRef<Pending[]>([]);
  const [pendingCount, setPendingCount] = useState(0);

  const isLeft = useRef(false);
  const filling = useRef<Promise<void>>(undefined);
  const inHand = useRef<readonly Item[]>([]);
  useLayoutEffect(() => {
    inHand.current = held;
  }, [held]);

  const tell = useCallback(async (one: Pending) => {
    clearTimeout(one.timer);
    pending.current = pending.current.filter((other) => other !== one);
    setPendingCount(pending.current.length);
    await answer(one.item.id, one.verdict).catch((thrown: unknown) => setError(messageOf(thrown)));
  }, []);

  useEffect(() => {
    const tellAll = () => pending.current.map((one) => tell(one));
    window.addEventListener('pagehide', tellAll);
    return () => {
      window.removeEventListener('pagehide', tellAll);
      isLeft.current = true;
      // Samples are left as they are: where they were just removed there is nothing to give back.
      const given = inHand.current.filter(({ sample }) => !sample).map(giveBack);
      leaving = Promise.all([leaving, filling.current, ...tellAll(), ...given]);
    };
  }, [kind, tell]);

  // One question at a time: two at once would be given two tickets, in an order of chance.
  const isAsking = useRef(false);
  useEffect(() => {
    if (held.length >= HELD || isAsking.current) return undefined;
    let again: ReturnType<typeof setTimeout> | undefined;
    const look = () => setLooks((before) => before + 1);
    const fill = async () => {
      isAsking.current = true;
      try {
        const known = [...held, ...pending.current.map(({ item }) => item)];
        await leaving;
        const item = await takeNext({ kind, filter }, known);
        if (isLeft.current && item !== null) await giveBack(item);
        setIsFilling(false);
        if (item === null || known.some(({ id }) => id === item.id)) again = setTimeout(look, LOOK_EVERY_MS);
        else setHeld((before) => [...before, item]);
      } catch (thrown) {
        setError(messageOf(thrown));
        again = setTimeout(look, LOOK_EVERY_MS);
      } finally {
        isAsking.current = false;
      }
    };
    filling.current = fill();
    return () => clearTimeout(again);
  }, [held, kind, looks]);

  const say = useCallback(
    (item: Item, verdict: Verdict) => {
      if (pending.current.some((one) => one.item.id === item.id)) return;
      setError('');
      const one: Pending = { item, verdict, timer: setTimeout(() => void tell(one), UNDO_MS) };
      pending.current = [...pending.current, one];
      setPendingCount(pending.current.length);
      setHeld((before) => before.filter(({ id }) => id !== item.id));
      setDone((before) => before + 1);
    },
    [tell],
  );

  const undo = useCallback(() => {
    const last = pending.current.at(-1);
    if (last === undefined) return;
    clearTimeout(last.timer);
    pending.current = pending.current.slice(0, -1);
    setPendingCount(pending.current.length);
    setHeld((before) => [last.item, ...before]);
    setDone((before) => before - 1);
  }, []);

  return { held, isFilling, error, done, canUndo: pendingCount > 0, say, undo };
}

/** What cannot be given back now goes back by itself in a few minutes. */
async function giveBack({ id }: Item): Promise<void> {
  await answer(id, { action: 'pass' }).catch(() => {});
}
