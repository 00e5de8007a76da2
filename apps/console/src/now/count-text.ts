import { count, duration } from '../parts/numbers.ts';
import type { CountUpTo } from './types.ts';

/** A count, with a plus where counting stopped. */
export function countText({ n, is_more }: CountUpTo): string {
  return is_more ? `${count(n)}+` : count(n);
}

/** How old the oldest is; a dash where there is none. */
export function ageText(seconds: number | null): string {
  return seconds === null ? '–' : duration(seconds * 1_000);
}
