import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CannotDo } from '../failures.ts';

/** The name that stands for standard input. */
export const STDIN = '-';

const GZIP = [0x1f, 0x8b];
/** Bytes by which a file is recognised again, together with its size. */
const HEAD_BYTES = 65_536;
const READ_BYTES = 524_288;
/** V8 keeps strings longer than some 100 KB apart, and tidies them up late. */
const PIECE_BYTES = 16_384;

/** A file that can be read as text, however it is packed and encoded. */
export interface TextFile {
  file: string;
  /** The same for the same content: what stands at its start, and its size. */
  fingerprint: string;
  /** Bytes on disk; undefined for standard input. */
  size: number | undefined;
  /** Bytes read so far, of those on disk. */
  bytesRead(): number;
  /** The text, piece by piece, without a byte order mark. */
  text(): AsyncIterable<string>;
}

/**
 * Opens a file, or standard input for `-`: gunzips what is gzipped, and reads UTF-8, UTF-16 by its byte order mark, or the
 * encoding that is named (any that WHATWG's Encoding Standard knows). Throws CannotDo where it cannot be read.
 */
export async function openText(file: string, { encoding, stdin }: { encoding?: string | undefined; stdin: Readable }) {
  return file === STDIN ? openStdin(stdin, encoding) : openFile(file, encoding);
}

async function openFile(file: string, encoding: string | undefined): Promise<TextFile> {
  const { head, size } = await lookAt(file);
  let bytesRead = 0;
  // The same memory again and again: V8 counts buffers of their own as small, and tidies them up late.
  async function* bytes() {
    await using handle = await open(file);
    const room = Buffer.alloc(READ_BYTES);
    for (;;) {
      const { bytesRead: length } = await handle.read(room, 0, READ_BYTES);
      if (length === 0) return;
      for (let start = 0; start < length; start += PIECE_BYTES) {
        const piece = room.subarray(start, Math.min(start + PIECE_BYTES, length));
        bytesRead += piece.length;
        yield piece;
      }
    }
  }
  return {
    file,
    fingerprint: fingerprintOf(head, size),
    size,
    bytesRead: () => bytesRead,
    text: () => decoded(bytes(), { file, encoding }),
  };
}

async function openStdin(stdin: Readable, encoding: string | undefined): Promise<TextFile> {
  const chunks = bytesOf(stdin)[Symbol.asyncIterator]();
  const first = await chunks.next();
  const head = first.done === true ? Buffer.alloc(0) : first.value;
  let bytesRead = 0;
  async function* bytes() {
    for (let chunk = head; ;) {
      bytesRead += chunk.length;
      yield chunk;
      const next = await chunks.next();
      if (next.done === true) return;
      chunk = next.value;
    }
  }
  const fingerprint = fingerprintOf(head.subarray(0, 4_096), 0);
  const text = () => decoded(bytes(), { file: 'standard input', encoding });
  return { file: STDIN, fingerprint, size: undefined, bytesRead: () => bytesRead, text };
}

async function lookAt(file: string): Promise<{ head: Buffer; size: number }> {
  try {
    const { size } = await stat(file);
    await using handle = await open(file);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return { head: buffer.subarray(0, bytesRead), size };
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function fingerprintOf(head: Buffer, size: number): string {
  return createHash('sha256').update(head).update(String(size)).digest('base64url');
}

async function* bytesOf(stream: Readable): AsyncGenerator<Buffer> {
  for await (const chunk of stream) yield Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
}

async function* decoded(
  bytes: AsyncIterable<Buffer>,
  { file, encoding }: { file: string; encoding: string | undefined },
): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  try {
    for await (const chunk of gunzipped(bytes)) {
      decoder ??= new TextDecoder(encoding ?? encodingOf(chunk));
      const text = decoder.decode(chunk, { stream: true });
      if (text !== '') yield text;
    }
    const rest = decoder?.decode() ?? '';
    if (rest !== '') yield rest;
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

/** Gunzips what begins like a gzip file, also several in a row. */
async function* gunzipped(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks = bytes[Symbol.asyncIterator]();
  const first = await chunks.next();
  if (first.done === true) return;
  async function* all(head: Buffer) {
    yield head;
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
  }
  const isZipped = GZIP.every((byte, at) => first.value[at] === byte);
  if (!isZipped) yield* all(first.value);
  else yield* bytesOf(Readable.from(copiesOf(all(first.value))).compose(createGunzip()));
}

/** For a stream, which holds several at a time. */
async function* copiesOf(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of bytes) yield Buffer.from(chunk);
}

function encodingOf(head: Buffer): string {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}

function unreadable(file: string, cause: unknown): CannotDo {
  if (cause instanceof CannotDo) return cause;
  return new CannotDo(
    'unreadable',
    `${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
  );
}
