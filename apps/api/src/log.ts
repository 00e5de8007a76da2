import { type DestinationStream, type Logger, pino } from 'pino';

/** The log of one process: one JSON object a line, on standard output unless told otherwise. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = { level, base: undefined };
  return destination === undefined ? pino(options) : pino(options, destination);
}
