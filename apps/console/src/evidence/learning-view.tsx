import { ask, v1 } from '../api/client.ts';
import { dayAxis, shareAxis } from '../charts/axis.ts';
import { Legend } from '../charts/legend.tsx';
import { Curve, Whiskers } from '../charts/marks.tsx';
import { Plot } from '../charts/plot.tsx';
import { EstimateText } from '../parts/estimate.tsx';
import { Failure } from '../parts/failure.tsx';
import { Table } from '../parts/table.tsx';
import { type Asked, csvAddress, filterOf } from './asked.ts';
import { dayMarks } from './day-marks.ts';
import { Figure, TooLittle, Uncounted } from './figure.tsx';
import type { Learning } from './types.ts';
import { useFresh } from './use-fresh.ts';
import { Versions } from './versions.tsx';

/** Whether it gets better. */
export function LearningView({ asked }: { asked: Asked }) {
  const query = filterOf(asked);
  const key = JSON.stringify(query);
  const { data, error } = useFresh(`learning ${key}`, () => ask(v1.reports.learning.$get({ query })));
  if (error !== undefined) return <Failure>{error}</Failure>;
  if (data === undefined) return null;
  return (
    <>
      <Uncounted facts={data.not_counted} />
      <Days days={data.days.toReversed()} note={data.note} csv={csvAddress('learning', 'days', { ...query })} />
      <Versions versions={data.versions.toReversed()} csv={csvAddress('learning', 'versions', { ...query })} />
    </>
  );
}

/** Days with fewer audits stand in the table alone. */
const FEWEST = 10;

function isAudited({ audited }: Day): boolean {
  return audited.n >= FEWEST;
}

type Day = Learning['days'][number];

function Days({ days, note, csv }: { days: readonly Day[]; note: string; csv: string }) {
  return (
    <Figure title="Accuracy by the day" hint={note} csv={csv} table={<DayTable days={days} />}>
      {days.length === 0 ? (
        <TooLittle>Nothing was predicted in this period yet.</TooLittle>
      ) : (
        <>
          <Plot
            title={`Accuracy by the day from ${days[0]?.day} to ${days.at(-1)?.day}: never corrected, and blindly audited, with 95 % intervals.`}
            x={dayAxis(days.map(({ day }) => day))}
            y={shareAxis('Share right')}
            draw={(place) => (
              <>
                <Curve place={place} marks={dayMarks(days, ({ accuracy }) => accuracy)} colour={1} />
                <Whiskers place={place} marks={dayMarks(days.filter(isAudited), ({ audited }) => audited)} colour={2} />
              </>
            )}
          />
          <Legend names={['never corrected', `blindly audited, days with ${FEWEST} audits or more`]} />
        </>
      )}
    </Figure>
  );
}

function DayTable({ days }: { days: readonly Day[] }) {
  return (
    <Table
      caption="Accuracy by the day"
      columns={['Day (UTC)', 'Never corrected', 'Blindly audited', 'Automated']}
      rows={days
        .toReversed()
        .map(({ day, accuracy, audited, automated }) => [
          day,
          ...[accuracy, audited, automated].map((estimate) => <EstimateText estimate={estimate} />),
        ])}
    />
  );
}
