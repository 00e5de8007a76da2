import { connectQueue } from '@usher/queue/connect';
import { consume } from '@usher/queue/consume';

// A worker of its own process that takes a job, tells its parent, and never ends it: made to be killed.
const hang = () => {
  process.send?.('taken');
  return new Promise<void>(() => {});
};

consume(connectQueue(process.argv[2] ?? '', { role: 'consumer' }), {
  queue: 'classify-live',
  concurrency: 1,
  handlers: { classify: hang, deliver: hang, fetch: hang, pull: hang, learn: hang, batch: hang },
  deps: () => undefined,
  onEvent: () => {},
});
process.on('disconnect', () => process.exit());
