import { setTimeout as pause } from 'node:timers/promises';
import { quantile } from '../load/open.ts';
import { type Connection, openConnection } from '../load/target.ts';
import { type Outcome, type StormOrders, ticketIdOf } from './messages.ts';
import { requestsWith } from './requests.ts';

/** Longer than any sender waits for an answer. */
const GIVEN_UP_AFTER_MS = 30_000;
/** As many as the server's line for new connections takes. */
const OPENED_AT_ONCE = 100;

/**
 * Sends at a constant rate whatever the server answers, over a bounded number of connections: what is due while all of them
 * wait for an answer is held back and counted, as it would be by a network that is full. Says so when it has ceased.
 */
export async function storm(orders: StormOrders, hasCeased: () => void): Promise<Outcome> {
  const { port, rate, forMs, connections } = orders;
  const idle = await openMany(port, connections);
  const requestOf = requestsWith(orders.key, ticketIdOf);
  const answers: Record<string, number> = {};
  const acknowledged: number[] = [];
  const latencies: number[] = [];
  const underWay = new Set<Promise<void>>();
  let heldBack = 0;

  const sendOne = async (number: number, connection: Connection) => {
    const sentMs = performance.now();
    const answer = await connection.send(requestOf(number)).catch(() => 'cut' as const);
    latencies.push(performance.now() - sentMs);
    answers[answer] = (answers[answer] ?? 0) + 1;
    if (answer === 202) acknowledged.push(number);
    const next = answer === 'cut' ? await openConnection(port).catch(() => undefined) : connection;
    if (next !== undefined) idle.push(next);
  };

  const due = Math.round((rate * forMs) / 1_000);
  const startedMs = performance.now();
  for (let number = 0; number < due;) {
    const dueByNow = Math.min(due, Math.floor(((performance.now() - startedMs) * rate) / 1_000));
    for (; number < dueByNow; number += 1) {
      const connection = idle.pop();
      if (connection === undefined) {
        heldBack += 1;
        continue;
      }
      const sending = sendOne(number, connection).finally(() => underWay.delete(sending));
      underWay.add(sending);
    }
    await pause(1);
  }
  const acknowledgedMeanwhile = acknowledged.length;
  hasCeased();
  await Promise.race([Promise.all(underWay), pause(GIVEN_UP_AFTER_MS)]);
  if (underWay.size > 0) answers['unanswered'] = underWay.size;
  for (const connection of idle) connection.close();
  latencies.sort((one, other) => one - other);
  return { due, heldBack, answers, acknowledged, acknowledgedMeanwhile, p99Ms: quantile(latencies, 0.99) };
}

async function openMany(port: number, count: number): Promise<Connection[]> {
  const opened: Connection[] = [];
  while (opened.length < count) {
    const some = Array.from({ length: Math.min(OPENED_AT_ONCE, count - opened.length) }, () => openConnection(port));
    opened.push(...(await Promise.all(some)));
  }
  return opened;
}
