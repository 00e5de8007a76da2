import type { z } from 'zod';
import type { Reading } from './reading.ts';
import type { HelpdeskRequest } from './request.ts';

/** One page of tickets that are new or changed. */
export interface Page {
  readings: Reading[];
  /** Where the next page, or the next pull, begins. */
  cursor: string;
  hasMore: boolean;
}

/** How a vendor is asked for tickets that changed since the last time. A cursor is text that only its connector understands. */
export interface PullRecipe<S> {
  /** The cursor of everything that changed since a moment. */
  start: (since: Date) => string;
  /** The call for the page at a cursor. */
  page: (cursor: string, settings: S) => HelpdeskRequest;
  /** The form of its answer, and what that says. */
  read: (at: { cursor: string; now: Date }, settings: S) => z.ZodType<Page>;
}

/** A place in a list that is ordered by its last change: the moment from which on, and the page of what changed since then. */
export interface Place {
  since: string;
  page: number;
}

/** What was changed so shortly ago that a list or a search index may not hold it yet, in milliseconds. */
const UNSETTLED_MS = 120_000;

/** Writes a place as a cursor. */
export function cursorAt({ since, page }: Place): string {
  return `${since} ${page}`;
}

/** Reads a cursor that `cursorAt` wrote. */
export function placeAt(cursor: string): Place {
  const [since = '', page = '1'] = cursor.split(' ');
  return { since, page: Number(page) };
}

/**
 * Where to go on after a page of a list that is ordered by its last change, oldest first. A full page is followed by what changed since
 * its newest, and never by a high page number; the last by what was changed in the two minutes before, which is read
 * again because some of it may not have been there.
 */
export function placeAfter(
  { since, page }: Place,
  { changes, perPage, now }: { changes: readonly (string | null)[]; perPage: number; now: Date },
): { cursor: string; hasMore: boolean } {
  const newest = changes.reduce<string>(
    (latest, change) => (change !== null && change > latest ? change : latest),
    since,
  );
  if (changes.length < perPage) {
    const settled = new Date(now.getTime() - UNSETTLED_MS).toISOString();
    const from = newest < settled ? newest : settled;
    return { cursor: cursorAt({ since: from > since ? from : since, page: 1 }), hasMore: false };
  }
  const next = newest > since ? { since: newest, page: 1 } : { since, page: page + 1 };
  return { cursor: cursorAt(next), hasMore: true };
}
