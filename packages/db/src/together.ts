import { DatabaseUnavailable } from './failures.ts';

export interface TogetherOptions<Item, Result> {
  /** One statement for many items; answers in their order. */
  run: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** Items with the same key never share a statement. */
  keyOf: (item: Item) => number;
  /** While so many statements run, further items gather for the next one. */
  mostStatements: number;
  /** Most items of one statement. */
  mostItems: number;
}

interface Waiting<Item, Result> {
  item: Item;
  settle: PromiseWithResolvers<Result>;
}

/**
 * Lets what many callers want at the same moment share one statement and its commit. Each caller gets its own result; an
 * item that breaks a statement fails alone. While the database is away everybody of the same statement is told.
 */
export function together<Item, Result>(options: TogetherOptions<Item, Result>): (item: Item) => Promise<Result> {
  const { keyOf, mostStatements, mostItems } = options;
  let gathered: Waiting<Item, Result>[] = [];
  let statements = 0;
  let isFlushDue = false;

  const flush = () => {
    isFlushDue = false;
    while (gathered.length > 0 && statements < mostStatements) {
      const batch = takeDistinct();
      statements += 1;
      void runOrSplit(batch, options).finally(() => {
        statements -= 1;
        flush();
      });
    }
  };

  const takeDistinct = () => {
    const keys = new Set<number>();
    const left: Waiting<Item, Result>[] = [];
    const taken = gathered.filter((waiting) => {
      const key = keyOf(waiting.item);
      const isTaken = keys.size < mostItems && !keys.has(key);
      if (isTaken) keys.add(key);
      else left.push(waiting);
      return isTaken;
    });
    gathered = left;
    return taken;
  };

  return (item) => {
    const waiting = { item, settle: Promise.withResolvers<Result>() };
    gathered.push(waiting);
    if (!isFlushDue) setImmediate(flush);
    isFlushDue = true;
    return waiting.settle.promise;
  };
}

async function runOrSplit<Item, Result>(
  waiting: readonly Waiting<Item, Result>[],
  options: TogetherOptions<Item, Result>,
): Promise<void> {
  try {
    const results = await options.run(waiting.map(({ item }) => item));
    results.forEach((result, at) => waiting[at]?.settle.resolve(result));
  } catch (error) {
    // One item that breaks a statement must not take the others of the same moment with it.
    if (waiting.length > 1 && !(error instanceof DatabaseUnavailable)) {
      await Promise.all(waiting.map((one) => runOrSplit([one], options)));
    } else {
      for (const { settle } of waiting) settle.reject(error);
    }
  }
}
