import { dayNumber } from '../charts/axis.ts';
import type { Mark } from '../charts/marks.tsx';
import { type Estimate, tellEstimate } from '../parts/estimate.tsx';

/** Estimates of days as marks of a plot. */
export function dayMarks<Line extends { day: string }>(days: readonly Line[], of: (line: Line) => Estimate): Mark[] {
  return days.map((line) => {
    const estimate = of(line);
    return { ...estimate, x: dayNumber(line.day), told: `${line.day}: ${tellEstimate(estimate)}` };
  });
}
