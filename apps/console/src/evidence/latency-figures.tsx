import { dayAxis, dayNumber, powerAxis } from '../charts/axis.ts';
import { Legend } from '../charts/legend.tsx';
import { Curve, type Mark } from '../charts/marks.tsx';
import { Plot } from '../charts/plot.tsx';
import { type Estimate, EstimateText, tellEstimate } from '../parts/estimate.tsx';
import { duration } from '../parts/numbers.ts';
import { Table } from '../parts/table.tsx';
import { Figure, TooLittle } from './figure.tsx';
import type { Latency } from './types.ts';

type Day = Latency['days'][number];

const HINT =
  'From the arrival of a text to its decision, live tickets only. Values are right to within 5 %; a percentile with too few values ' +
  'for its interval is left out.';

/** How long live decisions took, by the day. */
export function LatencyDays({ days, csv }: { days: readonly Day[]; csv: string }) {
  const live = days.filter(({ what, lane }) => what === 'decision' && lane === 'live');
  const known = live.flatMap(({ p50, p95 }) => [p50, p95]).flatMap(({ low, high }) => (low && high ? [low, high] : []));
  return (
    <Figure
      title="Time to a decision"
      hint={HINT}
      csv={csv}
      table={
        <Table
          caption="Time to a decision by the day"
          columns={['Day (UTC)', 'p50', 'p95', 'p99']}
          rows={live
            .toReversed()
            .map(({ day, ...line }) => [
              day,
              ...[line.p50, line.p95, line.p99].map((estimate) => (
                <EstimateText estimate={estimate} write={duration} />
              )),
            ])}
        />
      }
    >
      {known.length === 0 ? (
        <TooLittle>Too little data: no day has enough live decisions for a percentile with its interval.</TooLittle>
      ) : (
        <>
          <Plot
            title={`Median and 95th percentile of the time to a decision from ${live[0]?.day} to ${live.at(-1)?.day}.`}
            x={dayAxis(live.map(({ day }) => day))}
            y={powerAxis('Time to a decision, by powers of ten', known.map(Math.log10), duration)}
            draw={(place) => (
              <>
                <Curve place={place} marks={powerMarks(live, ({ p50 }) => p50)} colour={1} />
                <Curve place={place} marks={powerMarks(live, ({ p95 }) => p95)} colour={2} />
              </>
            )}
          />
          <Legend names={live.some(({ p95 }) => p95.value !== null) ? ['median', '95th percentile'] : ['median']} />
        </>
      )}
    </Figure>
  );
}

function powerMarks(days: readonly Day[], of: (day: Day) => Estimate): Mark[] {
  const power = (value: number | null) => value && Math.log10(value);
  return days.map((line) => {
    const { value, low, high } = of(line);
    const told = `${line.day}: ${tellEstimate(of(line), duration)}`;
    return { x: dayNumber(line.day), value: power(value), low: power(low), high: power(high), told };
  });
}

/** How long decisions and answers took in the whole period, by lane. */
export function LatencyTable({ lines, csv }: { lines: Latency['overall']; csv: string }) {
  return (
    <Figure title="Time by lane and engine" csv={csv}>
      {lines.length === 0 ? (
        <TooLittle>Nothing was decided in this period yet.</TooLittle>
      ) : (
        <Table
          caption="Percentiles of the time to a decision and of engines' answers"
          columns={['What', 'Lane', 'p50', 'p95', 'p99']}
          rows={lines.map(({ what, lane, p50, p95, p99 }) => [
            what === 'decision' ? 'arrival to decision' : `answer of ${what}`,
            lane,
            ...[p50, p95, p99].map((estimate) => <EstimateText estimate={estimate} write={duration} />),
          ])}
        />
      )}
    </Figure>
  );
}
