import type { Estimate } from '../parts/estimate.tsx';

const WIDTH = 96;
const HEIGHT = 14;

/** A share on a line from 0 to 100 % with its interval; only for the eye, the figures stand beside it. */
export function Whisker({ estimate: { value, low, high } }: { estimate: Estimate }) {
  const at = (share: number) => 4 + share * (WIDTH - 8);
  return (
    <svg class="span colour-1" width={WIDTH} height={HEIGHT} aria-hidden="true">
      <line class="grid" x1={4} x2={WIDTH - 4} y1={HEIGHT / 2} y2={HEIGHT / 2} />
      {value !== null && low !== null && high !== null && (
        <>
          <line class="whisker" x1={at(low)} x2={at(high)} y1={HEIGHT / 2} y2={HEIGHT / 2} />
          <circle cx={at(value)} cy={HEIGHT / 2} r={4} />
        </>
      )}
    </svg>
  );
}
