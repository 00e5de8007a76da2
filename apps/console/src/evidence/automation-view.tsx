import { ask, v1 } from '../api/client.ts';
import { dayAxis, shareAxis } from '../charts/axis.ts';
import { Curve } from '../charts/marks.tsx';
import { Plot } from '../charts/plot.tsx';
import { Whisker } from '../charts/whisker.tsx';
import { EstimateText } from '../parts/estimate.tsx';
import { Failure } from '../parts/failure.tsx';
import { count } from '../parts/numbers.ts';
import { Table } from '../parts/table.tsx';
import { type Asked, csvAddress, type Filter, filterOf } from './asked.ts';
import { dayMarks } from './day-marks.ts';
import { Figure, TooLittle, Uncounted } from './figure.tsx';
import { Promises } from './promises.tsx';
import { RiskCurve } from './risk-curve.tsx';
import type { Funnel } from './types.ts';
import { useFresh } from './use-fresh.ts';

/** How much goes to teams without a person, and at what risk. */
export function AutomationView({ asked }: { asked: Asked }) {
  const query = filterOf(asked);
  const key = JSON.stringify(query);
  const { data, error } = useFresh(`funnel ${key}`, () => ask(v1.reports.funnel.$get({ query })));
  return (
    <>
      {error !== undefined && <Failure>{error}</Failure>}
      {data !== undefined && (
        <>
          <Uncounted facts={data.not_counted} />
          <Steps funnel={data} csv={csvAddress('funnel', 'steps', { ...query })} />
        </>
      )}
      <RiskCurve query={query} />
      <Promises />
      <ByDay query={query} />
    </>
  );
}

const STEPS = [
  ['decided', 'An engine decided'],
  ['predicted', 'It predicted a category'],
  ['automated', 'Went to a team by itself'],
  ['corrected', 'Of those, corrected'],
] as const;

function Steps({ funnel, csv }: { funnel: Funnel; csv: string }) {
  const { received, shadowed, steps, note } = funnel;
  return (
    <Figure title="From arrival to correction" hint={note} csv={csv}>
      {received === 0 ? (
        <TooLittle>Nothing came in in this period yet.</TooLittle>
      ) : (
        <>
          <Table
            caption="From arrival to correction"
            columns={['Step', 'n', 'Share of the step before', 'With its interval']}
            rows={[
              ['Came in', count(received), '', ''],
              ...STEPS.map(([name, title]) => [
                title,
                count(steps[name].n),
                <Whisker estimate={steps[name].of_previous} />,
                <EstimateText estimate={steps[name].of_previous} />,
              ]),
            ]}
          />
          {shadowed > 0 && <p class="hint">{count(shadowed)} more were decided in shadow mode, and not acted on.</p>}
        </>
      )}
    </Figure>
  );
}

function ByDay({ query }: { query: Filter }) {
  const { data, error } = useFresh(`learning ${JSON.stringify(query)}`, () => ask(v1.reports.learning.$get({ query })));
  if (error !== undefined) return <Failure>{error}</Failure>;
  if (data === undefined) return null;
  const days = data.days.toReversed();
  return (
    <Figure
      title="Share automated by the day"
      csv={csvAddress('learning', 'days', { ...query })}
      table={
        <Table
          caption="Share automated by the day"
          columns={['Day (UTC)', 'Automated']}
          rows={data.days.map(({ day, automated }) => [day, <EstimateText estimate={automated} />])}
        />
      }
    >
      {days.length === 0 ? (
        <TooLittle>Nothing was predicted in this period yet.</TooLittle>
      ) : (
        <Plot
          title={`Share of the predictions that went to a team without a person, by the day from ${days[0]?.day} to ${days.at(-1)?.day}.`}
          x={dayAxis(days.map(({ day }) => day))}
          y={shareAxis('Share automated')}
          draw={(place) => <Curve place={place} marks={dayMarks(days, ({ automated }) => automated)} colour={1} />}
        />
      )}
    </Figure>
  );
}
