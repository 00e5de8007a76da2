import { setTimeout as pause } from 'node:timers/promises';
import { type Connection, openConnection, type RequestOf } from './target.ts';

export interface OpenLoad {
  port: number;
  requestOf: RequestOf;
  /** Requests a second that arrive, whatever becomes of those before. */
  rate: number;
  forMs: number;
}

/** Of milliseconds. */
export interface Latencies {
  p50: number;
  p99: number;
  n: number;
}

/**
 * Sends at a constant rate, so that a server that stalls makes the requests wait that were due meanwhile: a closed loop
 * would hide them (coordinated omission). Answers the milliseconds of each answer, from the moment at which its request was due.
 * Throws where one is neither 200 nor 202.
 */
export async function openLoad({ port, requestOf, rate, forMs }: OpenLoad): Promise<number[]> {
  const idle: Connection[] = await Promise.all(Array.from({ length: 50 }, () => openConnection(port)));
  const latencies: number[] = [];
  const underWay: Promise<void>[] = [];
  const startedMs = performance.now();
  const sendOne = async (number: number, dueMs: number) => {
    // The one that rested longest: a server closes those that rest for seconds.
    const connection = idle.shift() ?? (await openConnection(port));
    const status = await connection.send(requestOf(number));
    latencies.push(performance.now() - dueMs);
    if (status !== 202 && status !== 200) throw new Error(`a server under load answered ${status}`);
    idle.push(connection);
  };
  const count = Math.round((rate * forMs) / 1_000);
  for (let number = 0; number < count; number += 1) {
    const dueMs = startedMs + (number * 1_000) / rate;
    const aheadMs = dueMs - performance.now();
    if (aheadMs > 1) await pause(aheadMs);
    underWay.push(sendOne(number, dueMs));
  }
  await Promise.all(underWay);
  for (const connection of idle) connection.close();
  return latencies;
}

/** What many answers took. */
export function latenciesOf(milliseconds: readonly number[]): Latencies {
  const sorted = milliseconds.toSorted((one, other) => one - other);
  return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), n: sorted.length };
}

/** The value below which that share of sorted values lies. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
