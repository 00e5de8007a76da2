import { Presets, SingleBar } from 'cli-progress';
import type { Screen } from '../screen.ts';

const LINE_EVERY_MS = 5_000;

/** How far a file is. */
export interface Place {
  records: number;
  bytes: number;
}

/** Shows how far long work is: a bar on a terminal, otherwise a line now and then. */
export interface Progress {
  /** When it began, by performance.now(). */
  startedAt: number;
  at(place: Place): void;
  remark(text: string): void;
  stop(): void;
}

export interface ProgressOptions {
  screen: Screen;
  /** What is read. */
  name: string;
  /** In bytes; undefined where it is not known. */
  size: number | undefined;
  /** Records that were read before. */
  before: number;
  terminal: NodeJS.WriteStream;
}

/** Begins to show the progress of a file. */
export function showProgress(options: ProgressOptions): Progress {
  const { screen, size, terminal } = options;
  const isBar = terminal.isTTY && !screen.isJson && size !== undefined;
  return isBar ? showBar(options, size) : showLines(options);
}

function showBar({ screen, name, before, terminal }: ProgressOptions, size: number): Progress {
  const startedAt = performance.now();
  const format = `${name} {bar} {percentage} % | {records} records | {rate}/s | {left} left`;
  const bar = new SingleBar({ format, stream: terminal, hideCursor: true }, Presets.shades_classic);
  bar.start(size, 0, { records: before, rate: 0, left: '?' });
  return {
    startedAt,
    at: (place) => bar.update(Math.min(place.bytes, size), figuresOf(place, { startedAt, before, size })),
    remark: (text) => screen.remark(text),
    stop: () => bar.stop(),
  };
}

function showLines({ screen, name, size, before }: ProgressOptions): Progress {
  const startedAt = performance.now();
  let saidAt = startedAt;
  return {
    startedAt,
    at(place) {
      if (performance.now() - saidAt < LINE_EVERY_MS) return;
      saidAt = performance.now();
      const { records, rate, left } = figuresOf(place, { startedAt, before, size });
      screen.remark(`${name}: ${records} records, ${rate}/s${left === '?' ? '' : `, ${left} left`}`);
    },
    remark: (text) => screen.remark(text),
    stop() {},
  };
}

interface Course {
  startedAt: number;
  before: number;
  size: number | undefined;
}

function figuresOf({ records, bytes }: Place, { startedAt, before, size }: Course) {
  const seconds = (performance.now() - startedAt) / 1_000;
  const left = size === undefined || bytes === 0 ? undefined : (seconds * (size - bytes)) / bytes;
  return {
    records,
    rate: Math.round((records - before) / seconds),
    left: left === undefined ? '?' : shown(left),
  };
}

function shown(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  return seconds < 3_600 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}
