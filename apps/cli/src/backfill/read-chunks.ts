import { on } from 'node:events';
import { Worker } from 'node:worker_threads';
import { CannotDo } from '../failures.ts';
import { type GatheredChunk, gatherChunks, type Gathering } from './gather-chunks.ts';
import { STDIN, type TextFile } from './read-text.ts';
import { Rooms } from './rooms.ts';

/** Chunks in hand: one is stored while the next is gathered. */
const CHUNKS = 2;
/** Most megabytes of young objects in the thread, in three parts; with more it takes more memory for the same speed. */
const YOUNG_MB = 6;

/** What the thread is started with. */
export interface ThreadTask extends Gathering {
  path: string;
  encoding: string | undefined;
  /** How many chunks it may have in hand. */
  rooms: number;
}

/** What the thread says; memory that is used no more is all that it is told. */
export type Said =
  | { kind: 'chunk'; chunk: GatheredChunk }
  | { kind: 'cannot'; code: string; message: string }
  | { kind: 'end' };

/** Chunks of a file as they are read ahead. */
export interface ChunkReading extends AsyncDisposable {
  /** Throws CannotDo where the file cannot be read, or a record of it and the reading is strict. */
  chunks: AsyncIterable<GatheredChunk>;
  /** Lets the memory of a chunk that is stored be used again; it must be touched no more. */
  giveBack(chunk: GatheredChunk): void;
}

/** Reads a file in a thread of its own, so that reading and storing share two processors; standard input is read in this one. */
export function readChunks(file: TextFile, encoding: string | undefined, gathering: Gathering): ChunkReading {
  return file.file === STDIN
    ? readHere(file, gathering)
    : readInThread({ ...gathering, path: file.file, encoding, rooms: CHUNKS });
}

function readHere(file: TextFile, gathering: Gathering): ChunkReading {
  const rooms = new Rooms(CHUNKS);
  return {
    chunks: gatherChunks(file, gathering, rooms),
    giveBack: ({ rows }) => rooms.give(rows.bytes.buffer),
    async [Symbol.asyncDispose]() {},
  };
}

function readInThread(workerData: ThreadTask): ChunkReading {
  const thread = new Worker(new URL('./reading-thread.ts', import.meta.url), {
    workerData,
    name: 'reading',
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
  });
  return {
    chunks: chunksOf(thread),
    giveBack: ({ rows }) => thread.postMessage(rows.bytes.buffer, [rows.bytes.buffer]),
    async [Symbol.asyncDispose]() {
      await thread.terminate();
    },
  };
}

async function* chunksOf(thread: Worker): AsyncGenerator<GatheredChunk> {
  const messages: AsyncIterable<Said[]> = on(thread, 'message', { close: ['exit'] });
  for await (const [said] of messages) {
    if (said === undefined || said.kind === 'end') return;
    if (said.kind === 'cannot') throw new CannotDo(said.code, said.message);
    yield said.chunk;
  }
  throw new Error('the thread that reads ended before the file');
}
