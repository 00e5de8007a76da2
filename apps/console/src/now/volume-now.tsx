import { type Axis, amountAxis } from '../charts/axis.ts';
import { Legend } from '../charts/legend.tsx';
import { Bars } from '../charts/marks.tsx';
import { Plot } from '../charts/plot.tsx';
import { Figure } from '../evidence/figure.tsx';
import { count } from '../parts/numbers.ts';
import { Table } from '../parts/table.tsx';
import type { Now } from './types.ts';

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const TICKS_EVERY = 15;

/** What came in and was decided, minute by minute, for the last hour. */
export function VolumeNow({ volume }: { volume: Now['volume'] }) {
  const { minutes, not_counted: notCounted } = volume;
  const highest = Math.max(4, ...minutes.flatMap(({ received, decided }) => [received, decided]));
  const told = minutes.map((one) => ({
    ...one,
    text: `${clock.format(new Date(one.minute))}: ${count(one.received)} came in, ${count(one.decided)} decided`,
  }));
  const bars = (of: 'received' | 'decided', colour: number, shift: number) =>
    told.map((one, at) => ({ x: at + shift, parts: [{ value: one[of], colour }], told: one.text }));
  const [came, decided] = (['received', 'decided'] as const).map((of) =>
    minutes.reduce((sum, minute) => sum + minute[of], 0),
  );
  return (
    <Figure
      title="The last hour, by the minute"
      hint={
        <>
          Counts, not samples: there is no interval. The last minute is not over yet.
          {notCounted > 0 && ` Up to ${count(notCounted)} of what just happened are not counted yet.`}
        </>
      }
      table={
        <Table
          caption="What came in and was decided in each minute"
          columns={['Minute', 'Came in', 'Decided']}
          rows={minutes
            .toReversed()
            .map((one) => [clock.format(new Date(one.minute)), count(one.received), count(one.decided)])}
        />
      }
    >
      <Plot
        title={`${count(came ?? 0)} texts came in and ${count(decided ?? 0)} were decided in the last hour.`}
        x={minuteAxis(minutes.length)}
        y={amountAxis('Tickets a minute', highest, count)}
        height={220}
        draw={(place) => (
          <>
            <Bars place={place} bars={bars('received', 1, -0.2)} width={0.38} />
            <Bars place={place} bars={bars('decided', 2, 0.2)} width={0.38} />
          </>
        )}
      />
      <Legend names={['Came in, new or changed', 'Decided by engines']} />
    </Figure>
  );
}

function minuteAxis(length: number): Axis {
  const last = length - 1;
  const ticks = Array.from({ length: Math.floor(last / TICKS_EVERY) + 1 }, (_, step) => {
    const ago = step * TICKS_EVERY;
    return { at: last - ago, label: ago === 0 ? 'now' : `−${ago} min` };
  });
  return { from: -0.5, to: last + 0.5, name: '', ticks };
}
