import { type MemberText, memberTexts } from '@usher/db/batches/members';
import type { Db } from '@usher/db/connect';

/** Tickets that are read at a time. */
const PAGE = 100;

/** The tickets of a chunk that still await an answer, page by page, in the order of their numbers. */
export async function* membersOf(db: Db, chunkId: number): AsyncGenerator<MemberText[]> {
  let after = 0;
  for (;;) {
    const page = await memberTexts(db, { chunkId, after, limit: PAGE });
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    after = last.ticketId;
  }
}

/** The same, one by one. */
export async function* everyMember(db: Db, chunkId: number): AsyncGenerator<MemberText> {
  for await (const page of membersOf(db, chunkId)) yield* page;
}
