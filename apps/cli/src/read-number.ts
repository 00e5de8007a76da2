import { InvalidArgumentError } from 'commander';

/** Reads a number such as that of an endpoint or a delivery from the command line. */
export function readNumber(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('It must be a number.');
  return Number(text);
}

/** Reads a moment from the command line, such as 2026-11-23 or 2026-11-23T08:00:00Z. */
export function readMoment(text: string): Date {
  const moment = /^\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d))?$/.test(text) ? new Date(text) : undefined;
  if (moment === undefined || Number.isNaN(moment.getTime())) {
    throw new InvalidArgumentError('It must be a moment such as 2026-11-23 or 2026-11-23T08:00:00Z.');
  }
  return moment;
}

/** Reads a span in hours, at most 30 days, from the command line. */
export function readHours(text: string): number {
  if (!/^\d{1,3}$/.test(text) || Number(text) > 720) throw new InvalidArgumentError('It must be 0 to 720 hours.');
  return Number(text);
}
