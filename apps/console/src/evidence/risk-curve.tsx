import { ask, v1 } from '../api/client.ts';
import { shareAxis } from '../charts/axis.ts';
import { Legend } from '../charts/legend.tsx';
import { Curve } from '../charts/marks.tsx';
import { Plot } from '../charts/plot.tsx';
import { EstimateText, tellEstimate } from '../parts/estimate.tsx';
import { Failure } from '../parts/failure.tsx';
import { count, percent } from '../parts/numbers.ts';
import { Table } from '../parts/table.tsx';
import { csvAddress, type Filter } from './asked.ts';
import { Figure, TooLittle } from './figure.tsx';
import type { Risk } from './types.ts';
import { useFresh } from './use-fresh.ts';

/** Fewer known outcomes than these draw no curve. */
const FEWEST = 30;

/** How often wrong, for how much of the work. */
export function RiskCurve({ query }: { query: Filter }) {
  const { data, error } = useFresh(`risk ${JSON.stringify(query)}`, () => ask(v1.reports.risk.$get({ query })));
  const { data: promised } = useFresh('promises', () => ask(v1.promises.$get()));
  if (error !== undefined) return <Failure>{error}</Failure>;
  if (data === undefined) return null;
  return (
    <Figure
      title="Share automated against risk"
      hint={data.note}
      csv={csvAddress('risk', 'steps', { ...query })}
      table={<RiskTable lines={data.lines} />}
    >
      {data.known < FEWEST ? (
        <TooLittle>
          Too little data: {count(data.known)} outcomes are known without bias, {FEWEST} draw a first curve. Blind
          audits bring them.
        </TooLittle>
      ) : (
        <Drawn risk={data} allowed={promised?.promises[0]?.risk} />
      )}
    </Figure>
  );
}

function Drawn({ risk: { lines, known }, allowed }: { risk: Risk; allowed: number | undefined }) {
  const marks = lines.map(({ threshold, automated, wrong }) => ({
    ...wrong,
    x: automated.value ?? 0,
    told: `from confidence ${percent(threshold)} on: ${percent(automated.value ?? 0)} automated, wrong ${tellEstimate(wrong)}`,
  }));
  const highest = Math.max(
    allowed ?? 0,
    ...marks.map(({ value, high }) => Math.min(high ?? 0, 2 * (value ?? 0) + 0.05)),
  );
  return (
    <>
      <Plot
        title={`Share of wrong decisions by the share that is automated, from ${count(known)} known outcomes.`}
        x={shareAxis('Share automated')}
        y={shareAxis('Share wrong', highest)}
        draw={(place) => (
          <>
            {allowed !== undefined && (
              <line
                class="ideal colour-2"
                x1={place.x(0)}
                x2={place.x(1)}
                y1={place.y(allowed)}
                y2={place.y(allowed)}
              />
            )}
            <Curve
              place={place}
              marks={marks.map((mark) => ({ ...mark, high: mark.high && Math.min(mark.high, highest) }))}
              colour={1}
            />
          </>
        )}
      />
      <Legend names={['wrong', ...(allowed === undefined ? [] : [`promised: at most ${percent(allowed)}`])]} />
    </>
  );
}

function RiskTable({ lines }: { lines: Risk['lines'] }) {
  return (
    <Table
      caption="Share automated and share wrong by threshold"
      columns={['Confidence from', 'Automated', 'Wrong']}
      rows={lines.map(({ threshold, automated, wrong }) => [
        percent(threshold),
        <EstimateText estimate={automated} />,
        <EstimateText estimate={wrong} />,
      ])}
    />
  );
}
