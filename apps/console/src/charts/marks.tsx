import type { Place } from './plot.tsx';

/** A value with the ends of its interval; null where there is too little data. */
export interface Mark {
  x: number;
  value: number | null;
  low: number | null;
  high: number | null;
  /** Told on hover. */
  told: string;
}

interface Props {
  place: Place;
  marks: readonly Mark[];
  /** Which of the colours, from 1. */
  colour: number;
}

/** A line through the values, with its intervals as a band; where nothing is known, there is a gap. */
export function Curve({ place, marks, colour }: Props) {
  return (
    <g class={`colour-${colour}`}>
      {runsOf(marks).map((run) => (
        <g key={run[0]?.x}>
          <path class="band" d={bandOf(run, place)} />
          <path class="curve" d={pathOf(run.map(({ x, value }) => [place.x(x), place.y(value)]))} />
        </g>
      ))}
      <Dots place={place} marks={marks} />
    </g>
  );
}

/** A dot for each value, and a line from the lower to the upper end of its interval. */
export function Whiskers({ place, marks, colour }: Props) {
  return (
    <g class={`colour-${colour}`}>
      {marks.filter(isKnown).map(({ x, low, high }) => (
        <line key={x} class="whisker" x1={place.x(x)} x2={place.x(x)} y1={place.y(low)} y2={place.y(high)} />
      ))}
      <Dots place={place} marks={marks} />
    </g>
  );
}

function Dots({ place, marks }: Omit<Props, 'colour'>) {
  const radius = marks.length > 60 ? 2 : 3.5;
  return (
    <>
      {marks.filter(isKnown).map(({ x, value, told }) => (
        <circle key={x} cx={place.x(x)} cy={place.y(value)} r={radius}>
          <title>{told}</title>
        </circle>
      ))}
    </>
  );
}

interface Bar {
  x: number;
  /** From the lowest part upwards, each in its colour. */
  parts: readonly { value: number; colour: number }[];
  told: string;
}

/** Bars of which each stands on its place of the axis, `width` of its units wide; parts are stacked. */
export function Bars({ place, bars, width }: { place: Place; bars: readonly Bar[]; width: number }) {
  return (
    <>
      {bars.map(({ x, parts, told }) => (
        <g key={x}>
          <title>{told}</title>
          {stacked(parts).map(({ from, to, colour }) => (
            <rect
              key={colour}
              class={`bar colour-${colour}`}
              x={place.x(x - width / 2)}
              width={Math.max(1, place.x(x + width / 2) - place.x(x - width / 2))}
              y={place.y(to)}
              height={Math.max(0, place.y(from) - place.y(to))}
            />
          ))}
        </g>
      ))}
    </>
  );
}

type Known = Mark & { value: number; low: number; high: number };

function isKnown(mark: Mark): mark is Known {
  return mark.value !== null && mark.low !== null && mark.high !== null;
}

function runsOf(marks: readonly Mark[]): Known[][] {
  const runs: Known[][] = [[]];
  for (const mark of marks) {
    if (isKnown(mark)) runs.at(-1)?.push(mark);
    else runs.push([]);
  }
  return runs.filter((run) => run.length > 0);
}

function stacked(parts: Bar['parts']) {
  let from = 0;
  return parts.map(({ value, colour }) => {
    const part = { from, to: from + value, colour };
    from += value;
    return part;
  });
}

function bandOf(run: readonly Known[], place: Place): string {
  const highs = run.map(({ x, high }) => [place.x(x), place.y(high)] as const);
  const lows = run.map(({ x, low }) => [place.x(x), place.y(low)] as const).toReversed();
  return `${pathOf([...highs, ...lows])}Z`;
}

function pathOf(points: readonly (readonly [number, number])[]): string {
  return `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}`;
}
