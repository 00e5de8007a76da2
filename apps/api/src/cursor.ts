import { Buffer } from 'node:buffer';

const MARK = 'before:';

/** Where a page of tickets ended, as text that nobody need understand. */
export function writeCursor(lastId: number): string {
  return Buffer.from(`${MARK}${lastId}`).toString('base64url');
}

/** Number of the last ticket of the page before; undefined for anything that is not a cursor of ours. */
export function readCursor(cursor: string): number | undefined {
  const digits = /^before:([1-9]\d{0,15})$/.exec(Buffer.from(cursor, 'base64url').toString())?.[1];
  const id = Number(digits);
  return Number.isSafeInteger(id) ? id : undefined;
}
