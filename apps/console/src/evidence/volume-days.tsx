import { ask, v1 } from '../api/client.ts';
import { amountAxis, dayAxis, dayNumber } from '../charts/axis.ts';
import { Legend } from '../charts/legend.tsx';
import { Bars } from '../charts/marks.tsx';
import { Plot } from '../charts/plot.tsx';
import { Failure } from '../parts/failure.tsx';
import { count } from '../parts/numbers.ts';
import { Table } from '../parts/table.tsx';
import { csvAddress, type Filter } from './asked.ts';
import { Figure, TooLittle } from './figure.tsx';
import { useFresh } from './use-fresh.ts';

/** What came in and what became of it, by the day. */
export function VolumeDays({ query: given }: { query: Filter }) {
  // Volume is not known by engine.
  const { engine: _, ...query } = given;
  const { data, error } = useFresh(`volume ${JSON.stringify(query)}`, () => ask(v1.reports.volume.$get({ query })));
  if (error !== undefined) return <Failure>{error}</Failure>;
  if (data === undefined) return null;
  const days = data.lines.map((line) => ({ ...line, day: line.start.slice(0, 10) })).toReversed();
  const decided = ({ route, suggest, triage, shadow }: (typeof days)[number]) => route + suggest + triage + shadow;
  return (
    <Figure
      title="Decisions by the day"
      hint="All engines. Counts, not samples: there is no interval."
      csv={csvAddress('volume', 'volume', query)}
      table={
        <Table
          caption="What came in and what became of it by the day"
          columns={[
            'Day (UTC)',
            'Came in',
            'Changed',
            'Routed',
            'Suggested',
            'Triage',
            'Shadow',
            'Corrected',
            'Accepted',
          ]}
          rows={days
            .toReversed()
            .map((line) => [
              line.day,
              ...[line.received, line.revised, line.route, line.suggest, line.triage, line.shadow].map(count),
              count(line.corrected),
              count(line.accepted),
            ])}
        />
      }
    >
      {days.length === 0 ? (
        <TooLittle>Nothing happened in this period yet.</TooLittle>
      ) : (
        <>
          <Plot
            title={`Engine decisions by the day from ${days[0]?.day} to ${days.at(-1)?.day}: routed, suggested, left to a person, and in shadow mode.`}
            x={dayAxis(days.map(({ day }) => day))}
            y={amountAxis('Decisions', Math.max(...days.map(decided)), count)}
            draw={(place) => (
              <Bars
                place={place}
                width={0.8}
                bars={days.map((line) => ({
                  x: dayNumber(line.day),
                  parts: [line.route, line.suggest, line.triage, line.shadow].map((value, at) => ({
                    value,
                    colour: at + 1,
                  })),
                  told: `${line.day}: ${count(line.route)} routed, ${count(line.suggest)} suggested, ${count(line.triage)} left to a person, ${count(line.shadow)} in shadow mode`,
                }))}
              />
            )}
          />
          <Legend
            names={['routed', 'suggested', 'triage', ...(days.some(({ shadow }) => shadow > 0) ? ['shadow'] : [])]}
          />
        </>
      )}
    </Figure>
  );
}
