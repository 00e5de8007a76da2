import { z } from 'zod';

/** What the sending process is told to do. */
export const Orders = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('closed'),
    port: z.number(),
    key: z.string(),
    connections: z.number(),
    forMs: z.number(),
  }),
  z.object({
    kind: z.literal('storm'),
    port: z.number(),
    key: z.string(),
    /** Requests a second that are due, whatever becomes of those before. */
    rate: z.number(),
    /** Most requests under way at the same time. */
    connections: z.number(),
    forMs: z.number(),
  }),
]);
export type Orders = z.infer<typeof Orders>;
export type StormOrders = Extract<Orders, { kind: 'storm' }>;

/** What became of a storm. */
export const Outcome = z.object({
  /** Requests that were due. */
  due: z.number(),
  /** Requests for which no connection was free when they were due. */
  heldBack: z.number(),
  /** Answers of each status; `cut` had their connection closed, `unanswered` got nothing in time. */
  answers: z.record(z.string(), z.number()),
  /** Numbers of the tickets that were answered 202. */
  acknowledged: z.array(z.number()),
  /** How many of them were answered before the storm ceased. */
  acknowledgedMeanwhile: z.number(),
  /** The 99th percentile of the answers, in milliseconds. */
  p99Ms: z.number(),
});
export type Outcome = z.infer<typeof Outcome>;

/** What the sending process tells. */
export const Told = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('rate'), rate: z.number() }),
  z.object({ kind: z.literal('ceased') }),
  z.object({ kind: z.literal('outcome'), outcome: Outcome }),
]);
export type Told = z.infer<typeof Told>;

/** The id of a ticket of the storm. */
export function ticketIdOf(number: number): string {
  return `storm-${number}`;
}
