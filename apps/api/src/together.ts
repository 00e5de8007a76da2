import { DatabaseUnavailable } from '@usher/db/failures';
import { within } from '@usher/queue/within';

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
  isGivenUp: boolean;
  settle: PromiseWithResolvers<Receipt>;
}

/**
 * Commits items of the same few milliseconds together: answers a function that takes one and promises its receipt once it is
 * committed. Where that fails, each is tried on its own, so that none takes its neighbours with it. Throws DatabaseUnavailable after `withinMs`.
 */
export function together<Item, Receipt>(options: TogetherOptions<Item, Receipt>): (item: Item) => Promise<Receipt> {
  const { store, atATime, most, withinMs } = options;
  let gathered: Waiting<Item, Receipt>[] = [];
  let underWay = 0;
  let isFlushDue = false;

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
  };

  const flush = () => {
    isFlushDue = false;
    gathered = gathered.filter(({ isGivenUp }) => !isGivenUp);
    while (gathered.length > 0 && underWay < atATime) {
      underWay += 1;
      void storeOrFail(gathered.splice(0, most)).finally(() => {
        underWay -= 1;
        flush();
      });
    }
  };

  return (item) => {
    const waiting: Waiting<Item, Receipt> = { item, isGivenUp: false, settle: Promise.withResolvers<Receipt>() };
    gathered.push(waiting);
    if (!isFlushDue) setImmediate(flush);
    isFlushDue = true;
    return within(waiting.settle.promise, withinMs, () => {
      waiting.isGivenUp = true;
      return new DatabaseUnavailable(new Error(`not stored in ${withinMs} ms`));
    });
  };
}
