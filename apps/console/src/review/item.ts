import type { InferResponseType } from 'hono/client';
import { ask, sending, v1 } from '../api/client.ts';

/** Something that waits for a person. */
export type Item = NonNullable<InferResponseType<(typeof v1.review.next)['$post'], 200>['item']>;

/** Which queue one works on: tickets that wait, or blind audits. */
export type Kind = 'ticket' | 'audit';

/** What a person says about an item. */
export type Verdict =
  | { action: 'accept' }
  | { action: 'correct'; category: string; subcategory?: string; note?: string }
  | { action: 'pass' };

/** Takes an item that nobody else gets from now on, other than those that are held already; null when nothing waits. */
export async function takeNext(kind: Kind, held: readonly Item[]): Promise<Item | null> {
  const besides = held.map(({ id }) => id);
  return (await ask(v1.review.next.$post({}, sending({ kind, besides })))).item;
}

/** Tells the verdict, also when the page is being left. */
export async function answer(id: string, verdict: Verdict): Promise<void> {
  const { init } = sending(verdict);
  await ask(v1.review[':id'].$post({ param: { id } }, { init: { ...init, keepalive: true } }));
}
