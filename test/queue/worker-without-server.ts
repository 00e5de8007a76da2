import { connectQueue } from '@usher/queue/connect';
import { consume } from '@usher/queue/consume';

// A worker that is asked to stop before its server ever came. It ends by itself, unless something was left open.
const connection = connectQueue(process.argv[2] ?? '', { role: 'consumer' });
const idle = async () => {};
const consumer = consume(connection, {
  queue: 'classify-live',
  concurrency: 1,
  handlers: { classify: idle, deliver: idle, fetch: idle, pull: idle, learn: idle, batch: idle },
  deps: () => undefined,
  onEvent: () => {},
});

await connection.ping().catch(() => {});
await consumer.close(0);
await connection[Symbol.asyncDispose]();
