const exactly = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const relatively = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'short' });

const STEPS: readonly (readonly [seconds: number, unit: Intl.RelativeTimeFormatUnit])[] = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
];

/** A moment, as long ago as it was; the exact time on hover. */
export function Moment({ at }: { at: string | null }) {
  if (at === null) return null;
  const date = new Date(at);
  return (
    <time dateTime={at} title={exactly.format(date)}>
      {ago((date.getTime() - Date.now()) / 1_000)}
    </time>
  );
}

function ago(seconds: number): string {
  const [size, unit] = STEPS.find(([size]) => Math.abs(seconds) >= size) ?? [1, 'second'];
  return relatively.format(Math.round(seconds / size), unit);
}
