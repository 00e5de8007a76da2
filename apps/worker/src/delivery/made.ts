import type { Attempt } from '@usher/db/deliveries';
import type { Sent } from './send.ts';

/** What came of a delivery: an answer or none, or that it ended without anybody being called, or whatever they answered. */
export type Made = Sent | { kind: 'settled'; attempt: Attempt };

/** A delivery whose end is known without looking at answers. */
export function settled(attempt: Attempt): Made {
  return { kind: 'settled', attempt };
}
