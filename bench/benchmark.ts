import type { CountedShare } from '@usher/core/evaluation/outcome';

/** One measured figure beside what it should be and what others reach. */
export interface Finding {
  /** What was measured, on what. */
  figure: string;
  value: number | null;
  /** `yes` is 1 for yes and 0 for no. */
  unit: 'share' | 'seconds' | 'milliseconds' | 'kilobytes' | 'megabytes' | 'a second' | 'times' | 'dollars' | 'yes';
  /** 95 % interval, where the figure has one. */
  interval: { low: number; high: number } | null;
  /** How many texts, tickets or runs it rests on. */
  n: number;
  goal: { atLeast: number } | { atMost: number } | null;
  /** The same figure of something simpler, from this run. */
  peers: readonly { name: string; value: number | null }[];
  note?: string;
}

/** A quick look is too small for figures to rely on, and enough to see that all of it works. */
export type Size = 'whole' | 'quick';

/** Something that can be measured; `run` says on the way what it is doing. */
export interface Benchmark {
  name: string;
  /** What it measures, in one line. */
  about: string;
  run: (progress: (text: string) => void, size: Size) => Promise<Finding[]>;
}

/** Whether the goal is met; null without a goal. Nothing to measure, such as no wrong ticket among none, meets an upper bound only. */
export function isMet({ goal, value }: Pick<Finding, 'goal' | 'value'>): boolean | null {
  if (goal === null) return null;
  if ('atLeast' in goal) return value !== null && value >= goal.atLeast;
  return value === null || value <= goal.atMost;
}

/** The part of a finding that a share gives. */
export function fromShare(share: CountedShare | null): Pick<Finding, 'value' | 'unit' | 'interval' | 'n'> {
  return {
    value: share?.share ?? null,
    unit: 'share',
    interval: share && { low: share.low, high: share.high },
    n: share?.n ?? 0,
  };
}

/** Something simpler, with its share. */
export function peer(name: string, share: { share: number } | null): Finding['peers'][number] {
  return { name, value: share?.share ?? null };
}
