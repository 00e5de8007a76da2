import { z } from 'zod';

/** Longest subject and body that are kept, in UTF-16 units; a longer one is refused, never cut silently. */
export const MAX_SUBJECT = 2_000;
export const MAX_BODY = 500_000;

/** Text as Postgres can keep it: no NUL, no lone surrogates. Both carry no meaning in a ticket. */
export function storable(text: string): string {
  return text.replaceAll('\u0000', '').toWellFormed();
}

const stored = (max: number) => z.string().max(max).transform(storable);
const named = (max: number) =>
  z
    .string()
    .max(max)
    .transform((value) => storable(value).trim())
    .refine((value) => value !== '', 'must not be empty');

/** Levels of nesting that metadata may have. */
const MAX_LEVELS = 32;

const Metadata = z.record(z.string(), z.unknown()).transform((value, context): Record<string, Json> => {
  const read = storableRecord(value, MAX_LEVELS);
  if (read !== undefined) return read;
  context.addIssue({ code: 'custom', message: `must be JSON with finite numbers and at most ${MAX_LEVELS} levels` });
  return z.NEVER;
});

type Json = z.infer<ReturnType<typeof z.json>>;

/** The same JSON with storable texts and keys; undefined where it is nested too deeply or holds what JSON cannot. */
function storableJson(value: unknown, levels: number): Json | undefined {
  if (typeof value === 'string') return storable(value);
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'object' || levels === 0) return undefined;
  if (!Array.isArray(value)) return storableRecord(value, levels);
  const parts = value.map((part: unknown) => storableJson(part, levels - 1));
  return parts.every((part) => part !== undefined) ? parts : undefined;
}

function storableRecord(record: object, levels: number): Record<string, Json> | undefined {
  const entries: [string, Json][] = [];
  for (const [key, part] of Object.entries(record)) {
    const read = storableJson(part, levels - 1);
    if (read === undefined) return undefined;
    entries.push([storable(key), read]);
  }
  return Object.fromEntries(entries);
}

/** A moment with its offset, such as 2026-01-31T09:30:00Z, in the years 1 to 9999, which is what Postgres can keep. */
export const Moment = z.iso
  .datetime({ offset: true, abort: true, error: 'must be a moment such as 2026-01-31T09:30:00Z or …+01:00' })
  .refine((text) => isStorableYear(new Date(text).getUTCFullYear()), 'must lie in the years 1 to 9999');

function isStorableYear(year: number): boolean {
  return year >= 1 && year <= 9_999;
}

const draft = z
  .object({
    ticket_id: z
      .union([named(200), z.number().int().transform(String)])
      .describe("The ticket's id in the helpdesk, at most 200 characters."),
    subject: stored(MAX_SUBJECT)
      .nullish()
      .transform((value) => value ?? '')
      .describe('At most 2,000 characters; may be empty if the body is not.'),
    body: stored(MAX_BODY).describe('Plain text or HTML, at most 500,000 characters.'),
    requester: stored(500)
      .nullish()
      .transform((value) => value ?? null)
      .describe('Who wrote it: a name, an address or an id.'),
    channel: stored(100)
      .nullish()
      .transform((value) => value ?? null)
      .describe('How it arrived: email, chat, web, …'),
    language: stored(35)
      .nullish()
      .transform((value) => value ?? null)
      .describe('Language tag, such as en or pt-BR.'),
    created_at: Moment.nullish()
      .transform((value) => (value == null ? null : new Date(value)))
      .describe('When the customer wrote it.'),
    updated_at: Moment.nullish()
      .transform((value) => (value == null ? null : new Date(value)))
      .describe('When this text was last changed; orders revisions that arrive out of order.'),
    metadata: Metadata.nullish()
      .transform((value) => value ?? {})
      .describe('Anything else worth keeping; not shown to engines.'),
  })
  .refine((draft) => draft.subject.trim() !== '' || draft.body.trim() !== '', {
    path: ['body'],
    message: 'subject and body are both empty: there is nothing to read',
  });

/** A ticket as a source sends it: the body of `POST /ticket-webhook` and of `POST /v1/tickets`. Compiled, because every ticket comes through it. */
export const TicketDraft = z.compile(draft);
export type TicketDraft = z.infer<typeof TicketDraft>;

/** What engines read: cleaned and bounded. */
export interface TicketText {
  subject: string;
  body: string;
}

/** Webhook lane: live for customers who wait now, bulk for histories. Bulk never delays live. */
export const Lane = z.enum(['live', 'bulk']);
export type Lane = z.infer<typeof Lane>;

/**
 * Where a bulk ticket stands that is to be classified in one of Claude's Message Batches: it awaits a chunk, or is written
 * down in one. The queue never holds it. Any other ticket has no such place.
 */
export const BatchPlace = z.enum(['awaiting', 'in_chunk']);
export type BatchPlace = z.infer<typeof BatchPlace>;

/**
 * Where a ticket stands. `received` means that work is due (the outbox); the others are the ends that a decision gives.
 * A shadowed ticket was classified and scored, and nothing was assigned.
 */
export const TicketState = z.enum(['received', 'routed', 'suggested', 'triaged', 'shadowed']);
export type TicketState = z.infer<typeof TicketState>;
