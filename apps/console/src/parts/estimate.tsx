import { count, percent } from './numbers.ts';

/** A measured figure with its 95 % interval; all three are null where there is too little data. */
export interface Estimate {
  value: number | null;
  low: number | null;
  high: number | null;
  n: number;
}

interface Props {
  estimate: Estimate;
  /** How a value is written; as a percentage unless said. */
  write?: (value: number) => string;
}

/** A figure with its interval and how many it rests on; says so where there is too little data. */
export function EstimateText({ estimate, write = percent }: Props) {
  return (
    <span class="estimate">
      {estimate.value === null ? <span class="faint">too little data</span> : <strong>{write(estimate.value)}</strong>}{' '}
      <small>{restOf(estimate, write)}</small>
    </span>
  );
}

/** The same as a line of text. */
export function tellEstimate(estimate: Estimate, write = percent): string {
  return `${estimate.value === null ? 'too little data' : write(estimate.value)} (${restOf(estimate, write)})`;
}

function restOf({ low, high, n }: Estimate, write: (value: number) => string): string {
  const interval = low === null || high === null ? '' : `${write(low)} to ${write(high)}, `;
  return `${interval}n ${count(n)}`;
}
