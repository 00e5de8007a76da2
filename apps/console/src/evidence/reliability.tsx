import { ask, v1 } from '../api/client.ts';
import { shareAxis } from '../charts/axis.ts';
import { Whiskers } from '../charts/marks.tsx';
import { type Place, Plot } from '../charts/plot.tsx';
import { EstimateText, tellEstimate } from '../parts/estimate.tsx';
import { Failure } from '../parts/failure.tsx';
import { count, percent } from '../parts/numbers.ts';
import { Table } from '../parts/table.tsx';
import { type Asked, csvAddress, filterOf } from './asked.ts';
import { Figure, TooLittle } from './figure.tsx';
import type { Calibration } from './types.ts';
import { useFresh } from './use-fresh.ts';

type Series = Calibration['series'][number];

/** Whether a confidence is how often predictions are right. */
export function Reliability({ asked }: { asked: Asked }) {
  const query = filterOf(asked);
  const key = JSON.stringify(query);
  const { data, error } = useFresh(`calibration ${key}`, () => ask(v1.reports.calibration.$get({ query })));
  if (error !== undefined) return <Failure>{error}</Failure>;
  if (data === undefined) return null;
  const series = data.series.find(({ basis }) => basis === asked.basis);
  return (
    <Figure
      title="Does the confidence hold?"
      hint={data.note}
      csv={csvAddress('calibration', 'bins', { ...query })}
      table={series && <BinTable series={series} />}
    >
      {series === undefined || series.n === 0 ? (
        <TooLittle>No prediction with a confidence is known to be right or wrong on this basis yet.</TooLittle>
      ) : (
        <>
          <p>
            Expected calibration error: <EstimateText estimate={series.ece} />
          </p>
          <Plot
            title={`Share that came out right by stated confidence, ${count(series.n)} predictions; on the diagonal the confidence holds.`}
            x={shareAxis('Stated confidence')}
            y={shareAxis('Came out right; bars below: how many predictions')}
            height={280}
            draw={(place) => <Drawn series={series} place={place} />}
          />
        </>
      )}
    </Figure>
  );
}

/** Part of the height that the counts take. */
const COUNTS = 0.18;

function Drawn({ series: { bins }, place }: { series: Series; place: Place }) {
  const most = Math.max(...bins.map(({ n }) => n));
  const marks = bins.map(({ confidence, accuracy, n }) => ({
    ...accuracy,
    x: confidence,
    told: `stated ${percent(confidence)}, right ${tellEstimate({ ...accuracy, n })}`,
  }));
  return (
    <>
      {bins.map(({ from, to, n }) => (
        <rect
          key={from}
          class="counts"
          x={place.x(from) + 1}
          width={Math.max(0, place.x(to) - place.x(from) - 2)}
          y={place.y((n / most) * COUNTS)}
          height={place.y(0) - place.y((n / most) * COUNTS)}
        />
      ))}
      <line class="ideal" x1={place.x(0)} y1={place.y(0)} x2={place.x(1)} y2={place.y(1)} />
      <Whiskers place={place} marks={marks} colour={1} />
    </>
  );
}

function BinTable({ series: { bins } }: { series: Series }) {
  return (
    <Table
      caption="Share that came out right by stated confidence"
      columns={['Confidence', 'Mean', 'n', 'Right']}
      rows={bins.map(({ from, to, confidence, n, accuracy }) => [
        `${percent(from)} to ${percent(to)}`,
        percent(confidence),
        count(n),
        <EstimateText estimate={accuracy} />,
      ])}
    />
  );
}
