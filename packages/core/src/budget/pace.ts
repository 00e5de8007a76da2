import { rules } from './rules.ts';

/** Which part of the full rate is used: held until a moment, then growing evenly up to 1. Times in ms. */
export interface Pace {
  factor: number;
  heldUntil: number;
}

/** The part of the full rate at a moment, 0 to 1. */
export function paceAt({ factor, heldUntil }: Pace, now: number): number {
  return Math.min(1, factor + rules.growthPerMs * Math.max(0, now - heldUntil));
}

/** How many milliseconds at the full rate the time between two moments is worth: the area under the pace. */
export function worth(pace: Pace, from: number, until: number): number {
  if (until <= from) return 0;
  const within = (moment: number) => Math.min(Math.max(moment, from), until);
  const grows = within(pace.heldUntil);
  const isFull = within(fullAt(pace));
  return (grows - from) * paceAt(pace, from) + slope(pace, grows, isFull) + (until - isFull);
}

/** The opposite of `worth`: how many milliseconds from a moment on are worth so many at the full rate. */
export function timeFor(pace: Pace, need: number, from: number): number {
  if (need <= 0) return 0;
  const now = paceAt(pace, from);
  const grows = Math.max(from, pace.heldUntil);
  const isFull = Math.max(grows, fullAt(pace));
  const held = (grows - from) * now;
  if (need <= held) return need / now;
  const growing = slope(pace, grows, isFull);
  if (need >= held + growing) return isFull - from + (need - held - growing);
  // now·t + growth·t²/2 = rest
  return grows - from + (Math.sqrt(now * now + 2 * rules.growthPerMs * (need - held)) - now) / rules.growthPerMs;
}

function fullAt({ factor, heldUntil }: Pace): number {
  return heldUntil + (1 - factor) / rules.growthPerMs;
}

function slope(pace: Pace, from: number, until: number): number {
  return ((paceAt(pace, from) + paceAt(pace, until)) / 2) * (until - from);
}
