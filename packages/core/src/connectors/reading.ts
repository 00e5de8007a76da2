import type { z } from 'zod';
import { MAX_BODY, MAX_SUBJECT, TicketDraft } from '../ticket.ts';
import type { HelpdeskRequest } from './request.ts';

/** What the helpdesk says about a ticket at its end: ground truth. Null where it does not say, or says what we do not know. */
export interface Outcome {
  category: string | null;
  subcategory: string | null;
  team: string | null;
}

/** Why an event needs no work. */
export type IgnoreReason = 'own_change' | 'other_event' | 'reply' | 'by_agent' | 'no_text';

/** Who caused an event, by the helpdesk's id, where it says so. Our own user's events are ignored. */
interface Caused {
  by?: string | null;
}

/**
 * What one event of a delivery says: a ticket's text; that the text must be fetched first; that a ticket was closed, with
 * the outcome if the event tells it and null if it must be looked up; nothing of interest; or that it is not of the known form.
 */
export type Reading =
  | ({ kind: 'ticket'; draft: TicketDraft } & Caused)
  | ({ kind: 'fetch'; ticketId: string; requests: HelpdeskRequest[] } & Caused)
  | ({ kind: 'closed'; ticketId: string; outcome: Outcome | null } & Caused)
  | { kind: 'ignored'; reason: IgnoreReason }
  | { kind: 'unreadable'; why: string };

/** The reading of an event that needs no work. */
export function ignored(reason: IgnoreReason): Reading {
  return { kind: 'ignored', reason };
}

/** The reading of a ticket's end. The outcome is looked up unless it is told. */
export function closed(ticketId: string, { by, outcome = null }: Caused & { outcome?: Outcome | null } = {}): Reading {
  return { kind: 'closed', ticketId, outcome, by };
}

/** The reading of an event that says too little itself. */
export function fetchFirst(ticketId: string, requests: HelpdeskRequest[], by?: string | null): Reading {
  return { kind: 'fetch', ticketId, requests, by };
}

/**
 * The reading of a ticket's text. A helpdesk may hold more than we keep: that is cut, and metadata says how long it was,
 * because a cut ticket is better than a lost one.
 */
export function ticket(draft: z.input<typeof TicketDraft>, by?: string | null): Reading {
  const subject = draft.subject ?? '';
  if (subject.trim() === '' && draft.body.trim() === '') return ignored('no_text');
  const cut = {
    ...(subject.length > MAX_SUBJECT ? { subject_length: subject.length } : {}),
    ...(draft.body.length > MAX_BODY ? { body_length: draft.body.length } : {}),
  };
  const read = TicketDraft.safeParse({
    ...draft,
    subject: subject.slice(0, MAX_SUBJECT),
    body: draft.body.slice(0, MAX_BODY),
    metadata: { ...draft.metadata, ...cut },
  });
  return read.success ? { kind: 'ticket', draft: read.data, by } : unreadable(read.error);
}

/** Reads what has the schema's form; anything else is unreadable. */
export function readAs<Value>(
  schema: z.ZodType<Value>,
  body: unknown,
  read: (value: Value) => Reading | Reading[],
): Reading[] {
  const parsed = schema.safeParse(body);
  return [parsed.success ? read(parsed.data) : unreadable(parsed.error)].flat();
}

/** Names the places that are wrong, and quotes nothing of them. */
function unreadable(error: z.ZodError): Reading {
  const places = error.issues.map(({ path, code }) => `${path.map(String).join('.') || 'the whole'}: ${code}`);
  return { kind: 'unreadable', why: places.slice(0, 5).join('; ') };
}
