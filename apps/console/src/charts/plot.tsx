import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import type { Axis } from './axis.ts';
import { useWidth } from './use-width.ts';

/** Where values stand on a plot, in pixels. */
export interface Place {
  x: (value: number) => number;
  y: (value: number) => number;
}

interface Props {
  /** What a reader who does not see it is told; the figures themselves stand in a table beside it. */
  title: string;
  x: Axis;
  y: Axis;
  height?: number;
  draw: (place: Place) => ComponentChildren;
}

const MARGIN = { left: 52, right: 12, top: 10, bottom: 40 };

/** Two axes, and what is drawn between them, as wide as there is room. */
export function Plot({ title, x, y, height = 240, draw }: Props) {
  const id = useId();
  const { ref, width } = useWidth();
  const right = width - MARGIN.right;
  const bottom = height - MARGIN.bottom;
  const place: Place = {
    x: (value) => MARGIN.left + ((value - x.from) / (x.to - x.from)) * (right - MARGIN.left),
    y: (value) => bottom - ((value - y.from) / (y.to - y.from)) * (bottom - MARGIN.top),
  };
  return (
    <div class="plot" ref={ref}>
      {width > 0 && (
        <svg role="img" aria-labelledby={id} width={width} height={height}>
          <title id={id}>{title}</title>
          {y.ticks.map(({ at, label }) => (
            <g key={at}>
              <line class="grid" x1={MARGIN.left} x2={right} y1={place.y(at)} y2={place.y(at)} />
              <text x={MARGIN.left - 6} y={place.y(at) + 4} text-anchor="end">
                {label}
              </text>
            </g>
          ))}
          {x.ticks.map(({ at, label }) => (
            <text key={at} x={place.x(at)} y={bottom + 16} text-anchor="middle">
              {label}
            </text>
          ))}
          <text class="axis" x={right} y={height - 6} text-anchor="end">
            {x.name}
          </text>
          {draw(place)}
        </svg>
      )}
      <p class="axis-name">{y.name}</p>
    </div>
  );
}
