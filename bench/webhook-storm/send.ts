import { fork } from 'node:child_process';
import { on, once } from 'node:events';
import { type Orders, Told } from './messages.ts';

/** Lets a process of its own send, and gives what it tells. Ends it in the end; throws where it ends by itself. */
export async function* send(orders: Orders): AsyncGenerator<Told> {
  const child = fork(new URL('./sender.ts', import.meta.url), [JSON.stringify(orders)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  try {
    for await (const [message] of on(child, 'message', { close: ['exit'] })) yield Told.parse(message);
    throw new Error('the sender ended by itself');
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}
