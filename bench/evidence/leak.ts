import { findLeak } from '@usher/core/evaluation/leak';
import type { Finding } from '../benchmark.ts';
import type { Studied } from './study.ts';

/** Whether the check for leaks suspects one where there is one, and none where there is none. */
export function measureLeak({ data, comparisons }: Studied, { isExpected }: { isExpected: boolean }): Finding {
  const leak = findLeak(comparisons);
  return {
    figure: `${data.name} leak ${isExpected ? 'flagged' : 'not flagged'}`,
    value: leak.suspected === isExpected ? 1 : 0,
    unit: 'yes',
    interval: null,
    n: leak.n,
    goal: isExpected ? { atLeast: 1 } : null,
    peers: [],
    note: isExpected ? leak.reason : `${(100 * leak.share).toFixed(1)} % nearly the same in both parts`,
  };
}
