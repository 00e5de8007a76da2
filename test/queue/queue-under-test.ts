import type { Job, Payload, QueueName } from '@usher/core/jobs';
import { connectQueue, type QueueConnection } from '@usher/queue/connect';
import { consume, type Consumer, type ConsumeOptions, type ConsumerEvent, type RunContext } from '@usher/queue/consume';
import type { QueueSpace } from './queue-servers.ts';

export type Classify = (payload: Payload<'classify'>, context: RunContext) => Promise<void>;

/** One process that queues and works, as far as a test sees it. */
export interface QueueUnderTest extends AsyncDisposable {
  url: string;
  producer: QueueConnection;
  /** What all its consumers told, in order. */
  events: ConsumerEvent[];
  /** Starts a consumer that only classifies. */
  work(classify: Classify, options?: WorkOptions): Consumer;
  flush(): Promise<void>;
}

export interface WorkOptions extends Pick<Partial<ConsumeOptions<unknown>>, 'concurrency' | 'pauseMs'> {
  queue?: QueueName;
}

/** Empties a queue and connects to it as a producer and as a consumer. */
export async function openQueue(space: QueueSpace): Promise<QueueUnderTest> {
  await space.flush();
  return { ...connectTo(space.url), flush: () => space.flush() };
}

/** Connects to a queue that may not be there yet. */
export function connectTo(url: string): Omit<QueueUnderTest, 'flush'> {
  const producer = connectQueue(url, { role: 'producer' });
  const consumer = connectQueue(url, { role: 'consumer' });
  const consumers: Consumer[] = [];
  const events: ConsumerEvent[] = [];
  return {
    url,
    producer,
    events,
    work(classify, { queue = 'classify-live', concurrency = 1, ...rest } = {}) {
      const handlers = {
        classify,
        deliver: unexpected,
        fetch: unexpected,
        pull: unexpected,
        learn: unexpected,
        batch: unexpected,
      };
      const onEvent = (event: ConsumerEvent) => void events.push(event);
      const started = consume(consumer, { ...rest, queue, concurrency, handlers, deps: (context) => context, onEvent });
      consumers.push(started);
      return started;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(consumers.map((started) => started.close(0)));
      await Promise.all([producer, consumer].map((connection) => connection[Symbol.asyncDispose]()));
    },
  };
}

/** For waits that end as soon as they can; so long only because the machine may be busy. */
export const patiently = { timeout: 15_000, interval: 20 };

/** A job that classifies the ticket of that number. */
export function classifyJob(ticketId: number, lane: 'live' | 'bulk' = 'live'): Job {
  return { name: 'classify', payload: { ticketId, revision: 1, lane } };
}

async function unexpected(): Promise<void> {
  throw new Error('No such job was enqueued.');
}
