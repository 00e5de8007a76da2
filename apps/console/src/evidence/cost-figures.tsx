import { ask, v1 } from '../api/client.ts';
import { amountAxis, dayAxis, dayNumber } from '../charts/axis.ts';
import { Bars } from '../charts/marks.tsx';
import { Plot } from '../charts/plot.tsx';
import { EstimateText } from '../parts/estimate.tsx';
import { Failure } from '../parts/failure.tsx';
import { count, dollars, percent } from '../parts/numbers.ts';
import { Table } from '../parts/table.tsx';
import { csvAddress, type Filter } from './asked.ts';
import { Figure, TooLittle } from './figure.tsx';
import type { Cost } from './types.ts';
import { useFresh } from './use-fresh.ts';

type Line = Omit<Cost, 'from' | 'until' | 'note' | 'by_day' | 'by_model' | 'by_source' | 'by_category'>;

/** What tickets cost. */
export function CostFigures({ query: { from, before } }: { query: Filter }) {
  const query = {
    ...(from !== undefined && { from: `${from}T00:00:00Z` }),
    ...(before !== undefined && { until: `${before}T00:00:00Z` }),
  };
  const { data, error } = useFresh(`cost ${JSON.stringify(query)}`, () => ask(v1.reports.cost.$get({ query })));
  if (error !== undefined) return <Failure>{error}</Failure>;
  if (data === undefined) return null;
  return (
    <>
      <CostDays cost={data} csv={csvAddress('cost', 'days', query)} />
      <CostTable
        title="Cost by model"
        lines={data.by_model.map((line) => [line.model, line])}
        csv={csvAddress('cost', 'models', query)}
      />
      <CostTable
        title="Cost by category"
        lines={data.by_category.map((line) => [line.category, line])}
        csv={csvAddress('cost', 'categories', query)}
      />
      <CostTable
        title="Cost by source"
        lines={data.by_source.map((line) => [line.source, line])}
        csv={csvAddress('cost', 'sources', query)}
      />
    </>
  );
}

const DAY_MS = 86_400_000;

function CostDays({ cost, csv }: { cost: Cost; csv: string }) {
  const { by_day: days, from, until } = cost;
  const all = Math.round((Date.parse(until) - Date.parse(from)) / DAY_MS);
  return (
    <Figure
      title="Cost by the day"
      hint={`${cost.note} Of all sources and engines, in ${all} days.`}
      csv={csv}
      table={<LinesTable caption="Cost by the day" lines={days.toReversed().map((line) => [line.day, line])} />}
    >
      <p>
        <strong>{dollars(cost.cost_micro_usd / 1e6)}</strong> for {count(cost.tickets)} texts; a thousand cost{' '}
        <Per1000 line={cost} />
      </p>
      {days.length === 0 ? (
        <TooLittle>No engine answered in this period yet.</TooLittle>
      ) : (
        <Plot
          title={`US dollars by the day from ${days[0]?.day} to ${days.at(-1)?.day}.`}
          x={dayAxis(days.map(({ day }) => day))}
          y={amountAxis('US dollars', Math.max(...days.map((day) => day.cost_micro_usd / 1e6)), dollars)}
          draw={(place) => (
            <Bars
              place={place}
              width={0.8}
              bars={days.map((line) => ({
                x: dayNumber(line.day),
                parts: [{ value: line.cost_micro_usd / 1e6, colour: 1 }],
                told: `${line.day}: ${dollars(line.cost_micro_usd / 1e6)} for ${count(line.tickets)} texts`,
              }))}
            />
          )}
        />
      )}
    </Figure>
  );
}

type Lines = readonly (readonly [name: string, line: Line])[];

function CostTable({ title, lines, csv }: { title: string; lines: Lines; csv: string }) {
  if (lines.length === 0) return null;
  return (
    <Figure title={title} csv={csv}>
      <LinesTable caption={title} lines={lines} />
    </Figure>
  );
}

function LinesTable({ caption, lines }: { caption: string; lines: Lines }) {
  return (
    <Table
      caption={caption}
      columns={['', 'Texts', 'Calls', 'Taken over', 'Cost', 'A thousand texts', 'Input from cache']}
      rows={lines.map(([name, line]) => [
        name,
        count(line.tickets),
        count(line.calls),
        count(line.reused),
        dollars(line.cost_micro_usd / 1e6),
        <Per1000 line={line} />,
        line.cached_share === null ? 'no input' : percent(line.cached_share),
      ])}
    />
  );
}

/** Too few texts have a mean, and no interval. */
function Per1000({ line: { cost_per_1000_tickets: value, interval, tickets: n } }: { line: Line }) {
  const known = interval === null ? { value: null, low: null, high: null } : { value, ...interval };
  return <EstimateText estimate={{ ...known, n }} write={dollars} />;
}
