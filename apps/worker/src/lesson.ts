import { setImmediate as breathe } from 'node:timers/promises';
import { readableTicket } from '@usher/core/clean/readable-ticket';
import type { Example } from '@usher/core/engine';
import type { Db } from '@usher/db/connect';
import { examplesBelow } from '@usher/db/examples';

/** More examples than these make learning slow and no better; the newest are the most like tomorrow's tickets. */
const MOST_EXAMPLES = 50_000;

/** Examples that are read from Postgres at a time, so that other work gets its turn in between. */
const PAGE = 200;

/** What there is to learn from, oldest first; the lists go together. */
export interface Lesson {
  examples: Example[];
  ids: number[];
  labellers: string[];
}

/** Reads the newest labelled examples, as engines read texts. */
export async function readLesson(db: Db): Promise<Lesson> {
  const lesson: Lesson = { examples: [], ids: [], labellers: [] };
  let below = Number.MAX_SAFE_INTEGER;
  for (let isMore = true; isMore;) {
    const page = await examplesBelow(db, { below, limit: Math.min(PAGE, MOST_EXAMPLES - lesson.ids.length) });
    for (const { id, labelledBy, category, subcategory, weight, ...text } of page) {
      // Learnt from the same reading of a text as predictions are made on.
      lesson.examples.push({ ...readableTicket(text), category, subcategory, weight });
      lesson.ids.push(id);
      lesson.labellers.push(labelledBy);
    }
    below = page.at(-1)?.id ?? 0;
    isMore = page.length === PAGE && lesson.ids.length < MOST_EXAMPLES;
    await breathe();
  }
  return {
    examples: lesson.examples.toReversed(),
    ids: lesson.ids.toReversed(),
    labellers: lesson.labellers.toReversed(),
  };
}
