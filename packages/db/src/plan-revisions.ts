import type { BatchPlace, Lane } from '@usher/core/ticket';
import { batchPlaceOf, type HashedArrival, type Receipt } from './arrival.ts';
import type { Metadata } from './metadata.ts';

/** A ticket as it stands, with the texts beside its newest one. */
export interface KnownTicket {
  ticketId: number;
  sourceId: number;
  externalId: string;
  revision: number;
  textHash: string;
  lane: Lane;
  writtenAt: Date | null;
  revisions: readonly { revision: number; textHash: string }[];
}

interface PlannedText {
  ticket_id: number;
  revision: number;
  subject: string;
  body: string;
  text_hash: string;
  written_at: Date | null;
}

interface TakenText extends PlannedText {
  requester: string | null;
  channel: string | null;
  language: string | null;
  metadata: Metadata;
  lane: Lane;
  batch: BatchPlace | null;
}

/** What to write so that drafts of known tickets take effect as if they had come one after the other. */
export interface RevisionPlan {
  receipts: Receipt[];
  /** Numbers of the tickets whose present text moves to the history. */
  replaced: number[];
  /** Texts that join the history and never were, or no longer are, the newest. */
  kept: PlannedText[];
  /** The text that each changed ticket has in the end. */
  taken: TakenText[];
  isUnchanged: boolean;
}

/** Plans for drafts in their order. Throws where a draft's ticket is not among the tickets. */
export function planRevisions(arrivals: readonly HashedArrival[], tickets: readonly KnownTicket[]): RevisionPlan {
  const known = new Map(tickets.map((ticket) => [keyOf(ticket.sourceId, ticket.externalId), new Timeline(ticket)]));
  const receipts = arrivals.map((arrival) => {
    const timeline = known.get(keyOf(arrival.sourceId, arrival.draft.ticket_id));
    if (timeline === undefined) throw new Error(`ticket ${arrival.draft.ticket_id} vanished while it was revised`);
    return timeline.add(arrival);
  });
  const timelines = [...known.values()];
  const taken = timelines.flatMap((timeline) => timeline.taken ?? []);
  const kept = timelines.flatMap((timeline) => timeline.kept);
  const replaced = taken.map(({ ticket_id: ticketId }) => ticketId);
  return { receipts, replaced, kept, taken, isUnchanged: taken.length + kept.length === 0 };
}

function keyOf(sourceId: number, externalId: string): string {
  return `${sourceId}:${externalId}`;
}

/** The texts of one ticket while drafts are added to it. */
class Timeline {
  readonly kept: PlannedText[] = [];
  taken: TakenText | undefined;
  readonly #ticket: KnownTicket;
  readonly #revisions: Map<string, number>;
  #newest: { revision: number; lane: Lane; writtenAt: Date | null };
  #highest: number;

  constructor(ticket: KnownTicket) {
    this.#ticket = ticket;
    this.#newest = ticket;
    this.#revisions = new Map(ticket.revisions.map(({ revision, textHash }) => [textHash, revision]));
    this.#revisions.set(ticket.textHash, ticket.revision);
    this.#highest = Math.max(ticket.revision, ...ticket.revisions.map(({ revision }) => revision));
  }

  add(arrival: HashedArrival): Receipt {
    const known = this.#revisions.get(arrival.textHash);
    const order = this.#orderOf(arrival);
    // By the source's own clock, an earlier text may come back as the newest.
    if (known !== undefined && (known === this.#newest.revision || order !== 'newer'))
      return this.#receipt(known, 'duplicate');
    this.#highest += 1;
    this.#revisions.set(arrival.textHash, this.#highest);
    const text = this.#textOf(arrival);
    if (order === 'older') {
      this.kept.push(text);
      return this.#receipt(this.#highest, 'superseded');
    }
    this.#take(arrival, text);
    return this.#receipt(this.#highest, 'revised');
  }

  #take(arrival: HashedArrival, text: PlannedText): void {
    const before = this.taken;
    if (before !== undefined) this.kept.push(textOf(before));
    this.taken = { ...text, ...detailsOf(arrival, before), lane: arrival.lane, batch: batchPlaceOf(arrival) };
    this.#newest = { revision: text.revision, lane: arrival.lane, writtenAt: text.written_at };
  }

  #textOf({ draft, textHash }: HashedArrival): PlannedText {
    const { subject, body } = draft;
    const ids = { ticket_id: this.#ticket.ticketId, revision: this.#highest };
    return { ...ids, subject, body, text_hash: textHash, written_at: draft.updated_at ?? draft.created_at };
  }

  #orderOf({ draft }: HashedArrival): 'older' | 'newer' | 'unknown' {
    const written = draft.updated_at ?? draft.created_at;
    const { writtenAt } = this.#newest;
    if (written === null || writtenAt === null || written.getTime() === writtenAt.getTime()) return 'unknown';
    return written < writtenAt ? 'older' : 'newer';
  }

  #receipt(revision: number, outcome: Receipt['outcome']): Receipt {
    const { ticketId, externalId } = this.#ticket;
    return { ticketId, externalId, revision, lane: this.#newest.lane, outcome };
  }
}

function textOf({ ticket_id, revision, subject, body, text_hash, written_at }: PlannedText): PlannedText {
  return { ticket_id, revision, subject, body, text_hash, written_at };
}

type Details = Pick<TakenText, 'requester' | 'channel' | 'language' | 'metadata'>;

/** What a draft leaves unsaid stays as the one before said it. */
function detailsOf({ draft }: HashedArrival, before?: Details): Details {
  const { requester, channel, language, metadata } = draft;
  if (before === undefined) return { requester, channel, language, metadata };
  return {
    requester: requester ?? before.requester,
    channel: channel ?? before.channel,
    language: language ?? before.language,
    metadata: { ...before.metadata, ...metadata },
  };
}
