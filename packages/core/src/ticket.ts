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

const storableJson = z
  .json()
  .transform((value) =>
    z
      .json()
      .parse(
        JSON.parse(JSON.stringify(value, (_key, part: unknown) => (typeof part === 'string' ? storable(part) : part))),
      ),
  );

/** A ticket as a source sends it: the body of `POST /ticket-webhook` and of `POST /v1/tickets`. */
export const TicketDraft = z
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
    created_at: z.iso
      .datetime({ offset: true })
      .nullish()
      .transform((value) => (value == null ? null : new Date(value)))
      .describe('When the customer wrote it.'),
    updated_at: z.iso
      .datetime({ offset: true })
      .nullish()
      .transform((value) => (value == null ? null : new Date(value)))
      .describe('When this text was last changed; orders revisions that arrive out of order.'),
    metadata: z
      .record(z.string(), storableJson)
      .nullish()
      .transform((value) => value ?? {})
      .describe('Anything else worth keeping; not shown to engines.'),
  })
  .refine((draft) => draft.subject.trim() !== '' || draft.body.trim() !== '', {
    path: ['body'],
    message: 'subject and body are both empty: there is nothing to read',
  });
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
 * Where a ticket stands. `received` means that work is due (the outbox); the others are the ends that a decision gives.
 * A shadowed ticket was classified and scored, and nothing was assigned.
 */
export const TicketState = z.enum(['received', 'routed', 'suggested', 'triaged', 'shadowed']);
export type TicketState = z.infer<typeof TicketState>;
