import { parentPort, workerData } from 'node:worker_threads';
import { CannotDo } from '../failures.ts';
import { gatherChunks } from './gather-chunks.ts';
import type { Said, ThreadTask } from './read-chunks.ts';
import { openText } from './read-text.ts';
import { Rooms } from './rooms.ts';

const { path, encoding, rooms: count, ...gathering }: ThreadTask = workerData;
const rooms = new Rooms(count);
const say = (said: Said, transferred: ArrayBuffer[] = []) => parentPort?.postMessage(said, transferred);
const take = (room: ArrayBuffer) => rooms.give(room);
parentPort?.on('message', take);
try {
  const file = await openText(path, { encoding, stdin: process.stdin });
  for await (const chunk of gatherChunks(file, gathering, rooms))
    say({ kind: 'chunk', chunk }, [chunk.rows.bytes.buffer]);
  say({ kind: 'end' });
} catch (thrown) {
  if (!(thrown instanceof CannotDo)) throw thrown;
  say({ kind: 'cannot', code: thrown.code, message: thrown.message });
}
parentPort?.off('message', take);
