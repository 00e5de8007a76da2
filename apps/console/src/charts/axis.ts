/** One direction of a plot: from where to where it goes, and where it is marked. */
export interface Axis {
  from: number;
  to: number;
  ticks: readonly Tick[];
  /** What it measures, with its unit. */
  name: string;
}

interface Tick {
  at: number;
  label: string;
}

const DAY_MS = 86_400_000;

const shortDay = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', timeZone: 'UTC' });

/** An axis of shares: all of it, or as much as is needed from zero upwards. */
export function shareAxis(name: string, highest = 1): Axis {
  const step = highest > 0.5 ? 0.25 : niceStep(highest / 4);
  const to = Math.min(1, Math.ceil(highest / step - 1e-9) * step);
  return { from: 0, to, name, ticks: steps(0, to, step).map((at) => ({ at, label: percentLabel(at, step) })) };
}

/** An axis of counts or amounts from zero upwards. */
export function amountAxis(name: string, highest: number, label: (amount: number) => string = String): Axis {
  const step = niceStep(Math.max(highest, 1e-9) / 4);
  const to = Math.ceil(highest / step - 1e-9) * step || step;
  return { from: 0, to, name, ticks: steps(0, to, step).map((at) => ({ at, label: label(at) })) };
}

/** An axis by powers of ten, for what spans several of them; values are given as their decimal logarithm. */
export function powerAxis(name: string, values: readonly number[], label: (value: number) => string): Axis {
  const from = Math.floor(Math.min(...values));
  const to = Math.max(from + 1, Math.ceil(Math.max(...values)));
  return { from, to, name, ticks: steps(from, to, 1).map((at) => ({ at, label: label(10 ** at) })) };
}

/** An axis of days such as 2026-01-31, which are placed by `dayNumber`. */
export function dayAxis(days: readonly string[]): Axis {
  const numbers = days.map(dayNumber);
  const first = Math.min(...numbers);
  const last = Math.max(...numbers);
  const step = Math.max(1, Math.ceil((last - first) / 5));
  const ticks = steps(first, last, step).map((at) => ({ at, label: shortDay.format(at * DAY_MS) }));
  return { from: first - 0.5, to: last + 0.5, name: 'Day (UTC)', ticks };
}

/** Where a day stands on its axis. */
export function dayNumber(day: string): number {
  return Math.round(Date.parse(day) / DAY_MS);
}

/** One, two or five times a power of ten, at least as large. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const times = [1, 2, 5].find((times) => times * power >= least * (1 - 1e-9)) ?? 10;
  return times * power;
}

function steps(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.round((to - from) / step + 0.499_999) + 1 }, (_, at) => from + at * step).filter(
    (at) => at <= to + step * 1e-6,
  );
}

function percentLabel(share: number, step: number): string {
  return `${(share * 100).toFixed(step < 0.01 ? 1 : 0)} %`;
}
