import { type FileHandle, open } from 'node:fs/promises';

/** A record that could not be used, and where it stands. */
export interface Reject {
  file: string;
  line: number;
  reason: string;
  /** The record as it was, or the start of it. */
  row: unknown;
}

/** Where rejects are collected: one JSON object a line. Nothing is made while there are none. */
export interface RejectFile extends AsyncDisposable {
  path: string;
  /** Takes lines of rejectLine. */
  add(lines: readonly string[]): void;
  /** Writes what was added to the disk and answers the length of the file in bytes. */
  flush(): Promise<number>;
}

const LONGEST_RAW = 10_000;

/** Opens the reject file as it was when it had so many bytes: what a killed run wrote after that is written again. */
export async function openRejectFile(path: string, bytes: number): Promise<RejectFile> {
  let handle: FileHandle | undefined = bytes > 0 ? await open(path, 'r+') : undefined;
  await handle?.truncate(bytes);
  let written = bytes;
  let pending: string[] = [];
  return {
    path,
    add(lines) {
      pending.push(...lines);
    },
    async flush() {
      if (pending.length === 0) return written;
      handle ??= await open(path, 'w');
      const text = Buffer.from(pending.join(''));
      pending = [];
      await handle.write(text, 0, text.length, written);
      await handle.sync();
      written += text.length;
      return written;
    },
    async [Symbol.asyncDispose]() {
      await handle?.close();
    },
  };
}

/** What the file has of a reject. A text of its own: the cells of a row hold on to the whole piece of the file that they are from. */
export function rejectLine(reject: Reject): string {
  return `${JSON.stringify({ ...reject, row: short(reject.row) })}\n`;
}

function short(row: unknown): unknown {
  return typeof row === 'string' && row.length > LONGEST_RAW ? `${row.slice(0, LONGEST_RAW)}…` : row;
}
