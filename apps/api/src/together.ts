import { DatabaseUnavailable } from '@usher/db/failures';

/** How much is done at a time. */
export interface TogetherOptions<Item, Receipt> {
  /** Commits items in one go and answers one receipt each, in order. */
  store: (items: readonly Item[]) => Promise<readonly Receipt[]>;
  /** While so many are under way, further items gather for the next one. */
  atATime: number;
  /** Most items of one. */
  most: number;
  /** Milliseconds after which an item is given up. */
  withinMs: number;
}

interface Waiting<Item, Receipt> {
  item: Item;
  untilMs: number;
  settle: PromiseWithResolvers<Receipt>;
}

/** From so many items on, the next commit waits a little for more: each costs as much as storing some ten of them. */
const MANY = 8;
const PATIENCE_MS = 5;

/**
 * Commits items of the same few milliseconds together: answers a function that takes one and promises its receipt once it is
 * committed. Where that fails, each is tried on its own, so that none takes its neighbours with it. Throws DatabaseUnavailable after `withinMs`.
 */
export function together<Item, Receipt>(options: TogetherOptions<Item, Receipt>): (item: Item) => Promise<Receipt> {
  const { store, atATime, most, withinMs } = options;
  const pending = new Set<Waiting<Item, Receipt>>();
  let gathered: Waiting<Item, Receipt>[] = [];
  let underWay = 0;
  let isStartDue = false;
  let isWatched = false;
  let last = { startedMs: 0, items: 0 };

  const storeOrFail = async (waiting: readonly Waiting<Item, Receipt>[]): Promise<void> => {
    try {
      const receipts = await store(waiting.map(({ item }) => item));
      receipts.forEach((receipt, at) => waiting[at]?.settle.resolve(receipt));
    } catch (error) {
      if (waiting.length > 1 && !(error instanceof DatabaseUnavailable)) {
        await Promise.all(waiting.map((one) => storeOrFail([one])));
      } else {
        for (const { settle } of waiting) settle.reject(error);
      }
    }
    for (const one of waiting) pending.delete(one);
  };

  const start = () => {
    isStartDue = false;
    if (gathered.length === 0) return;
    const some = gathered.splice(0, most);
    last = { startedMs: performance.now(), items: some.length };
    underWay += 1;
    void storeOrFail(some).finally(() => {
      underWay -= 1;
      planStart();
    });
    planStart();
  };

  const planStart = () => {
    if (isStartDue || gathered.length === 0 || underWay >= atATime) return;
    isStartDue = true;
    const restMs = last.items < MANY ? 0 : last.startedMs + PATIENCE_MS - performance.now();
    if (restMs > 0) setTimeout(start, restMs);
    else setImmediate(start);
  };

  const giveUp = () => {
    isWatched = false;
    const nowMs = performance.now();
    for (const one of pending) {
      if (one.untilMs > nowMs) {
        watch(one.untilMs - nowMs);
        break;
      }
      pending.delete(one);
      one.settle.reject(new DatabaseUnavailable(new Error(`not stored in ${withinMs} ms`)));
    }
    gathered = gathered.filter((one) => pending.has(one));
  };

  // Answers that arrived while this process was too busy to look are looked at first: they come before immediates.
  const watch = (ms: number) => {
    isWatched = true;
    setTimeout(() => setImmediate(giveUp), ms);
  };

  return (item) => {
    const untilMs = performance.now() + withinMs;
    const waiting: Waiting<Item, Receipt> = { item, untilMs, settle: Promise.withResolvers<Receipt>() };
    pending.add(waiting);
    gathered.push(waiting);
    planStart();
    if (!isWatched) watch(withinMs);
    return waiting.settle.promise;
  };
}
