import type { Db } from '../connect.ts';
import { rollUp } from '../rollup/roll-up.ts';

/** Milliseconds that whoever asks for a report gives to counting what came since the last time. */
const MOST_MS = 2_000;
const PATIENCE_MS = 500;

/** Counts what came just now, so that a correction shows in the next report. Answers how many facts are left at most. */
export async function countNow(db: Db): Promise<number> {
  return rollUp(db, { mostMs: MOST_MS, patienceMs: PATIENCE_MS });
}
