/** In which order a date of three numbers is read where it could be either. */
export type DateOrder = 'dmy' | 'mdy';

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|UTC|GMT|[+-]\d\d:?(?:\d\d)?)?$/i;
/** 31/01/2026 09:30, 31.01.26, 01/31/2026 9:30 AM, 31/Jan/26 9:30 AM */
const SPOKEN =
  /^(\d{1,2})[./ -](\d{1,2}|[A-Za-z]{3,9})[./ -](\d{4}|\d\d)(?:[,T ]+(\d{1,2}):(\d\d)(?::(\d\d))?\s*(AM|PM)?)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?$/i;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** Seconds and milliseconds since 1970 of the years 2001 to 2286. */
const EPOCH = /^\d{10}(?:\.\d+)?$|^\d{13}$/;

/** Reads a moment in one of the forms that exports have; without a zone it is UTC. Undefined where it is none. */
export function readDate(text: string, order: DateOrder): Date | undefined {
  const given = text.trim();
  if (EPOCH.test(given)) return new Date(given.length === 13 ? Number(given) : Number(given) * 1_000);
  const iso = ISO.exec(given);
  if (iso !== null) {
    const [, year, month, day, hour, minute, second, fraction, zone] = iso;
    const ms = Number((fraction ?? '').padEnd(3, '0').slice(0, 3));
    const time = [numberOf(hour), numberOf(minute), numberOf(second)] as const;
    return moment([numberOf(year), numberOf(month), numberOf(day), ...time], { ms, zone });
  }
  const spoken = SPOKEN.exec(given);
  return spoken === null ? undefined : fromSpoken(spoken, order);
}

function fromSpoken([, first, second, year, hour, minute, seconds, half, zone]: RegExpExecArray, order: DateOrder) {
  const [day, month] = dayAndMonth(first ?? '', second ?? '', order);
  const fullYear = Number(year) < 100 ? 2_000 + Number(year) : Number(year);
  return moment([fullYear, month, day, hourOf(numberOf(hour), half), numberOf(minute), numberOf(seconds)], {
    ms: 0,
    zone,
  });
}

function dayAndMonth(first: string, second: string, order: DateOrder): [number, number] {
  const named = MONTHS.indexOf(second.slice(0, 3).toLowerCase()) + 1;
  if (named > 0) return [Number(first), named];
  const [one, other] = [Number(first), Number(second)];
  const isDayFirst = other > 12 ? false : one > 12 || order === 'dmy';
  return isDayFirst ? [one, other] : [other, one];
}

function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour;
  return (hour % 12) + (half.toUpperCase() === 'PM' ? 12 : 0);
}

function numberOf(text: string | undefined): number {
  return Number(text ?? 0);
}

type Parts = readonly [year: number, month: number, day: number, hour: number, minute: number, second: number];

function moment(parts: Parts, { ms, zone }: { ms: number; zone: string | undefined }): Date | undefined {
  const [year, month, day, hour, minute, second] = parts;
  const local = new Date(Date.UTC(year, month - 1, day, hour, minute, second, ms));
  // What rolled over, such as the 30th of February, was no date.
  const read = [local.getUTCFullYear(), local.getUTCMonth() + 1, local.getUTCDate(), local.getUTCHours()];
  const isReal = read.every((part, at) => part === parts[at]) && minute <= 59 && second <= 59;
  return isReal && year >= 1 ? new Date(local.getTime() - offsetMinutes(zone) * 60_000) : undefined;
}

function offsetMinutes(zone: string | undefined): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone ?? '') ?? [];
  if (sign === undefined) return 0;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes ?? 0));
}
