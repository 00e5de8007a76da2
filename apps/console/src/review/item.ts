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

/** Which of the tickets that wait are wanted, as the address says. */
export type ReviewFilter = Readonly<Record<string, string>>;

/** Takes an item that nobody else gets from now on, other than those that are held already; null when nothing waits. */
export async function takeNext(
  { kind, filter }: { kind: Kind; filter: ReviewFilter },
  held: readonly Item[],
): Promise<Item | null> {
  const besides = held.map(({ id }) => id);
  return (await ask(v1.review.next.$post({}, sending({ kind, besides, filter })))).item;
}

/** A ticket that could not be accepted, and why. */
export interface RefusedItem {
  id: string;
  ticket: string;
  detail: string;
}

/** Accepts several suggestions as they were seen, also when the page is being left. Answers what was refused. */
export async function acceptAll(items: readonly Item[]): Promise<RefusedItem[]> {
  const accept = items.map(({ id, suggested }) => ({ id, category: suggested?.category }));
  const { init } = sending({ accept });
  const { outcomes } = await ask(v1.review.bulk.$post({}, { init: { ...init, keepalive: true } }));
  const nameOf = (id: string) => items.find((item) => item.id === id)?.ticket_id ?? id;
  return outcomes.flatMap(({ id, detail }) => (detail === null ? [] : [{ id, ticket: nameOf(id), detail }]));
}

/** Tells the verdict, also when the page is being left. */
export async function answer(id: string, verdict: Verdict): Promise<void> {
  const { init } = sending(verdict);
  await ask(v1.review[':id'].$post({ param: { id } }, { init: { ...init, keepalive: true } }));
}
