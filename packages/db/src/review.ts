import type { ReviewFilter } from '@usher/core/review';
import type { Suggestion } from '@usher/core/suggestion';
import { and, asc, desc, eq, isNotNull, type SQL, sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { findTicket, type StoredTicket } from './find-ticket.ts';
import { classifications } from './schema/facts.ts';
import { blindAudits, reviewClaims } from './schema/learning.ts';
import { sources } from './schema/sources.ts';
import { tickets } from './schema/tickets.ts';

/** Who asks, and for how many milliseconds nobody else gets what they were given. */
export interface ClaimBy {
  agent: string;
  forMs: number;
}

/** A ticket that waits for a person, held for one. */
export interface ClaimedTicket {
  ticket: StoredTicket;
  /** What an engine last said about its text; null if nothing usable. */
  suggestion: Suggestion | null;
  claimedUntil: Date;
}

/** How much waits for people. */
export interface ReviewCounts {
  triage: number;
  suggest: number;
  audit: number;
}

/** How often a claim is tried that others were quicker at. */
const TRIES = 5;

const waits = sql`tickets.state in ('triaged', 'suggested')`;

/** Counts what waits for people, whoever looks at it now. */
export async function countReview(db: Db): Promise<ReviewCounts> {
  const [counts] = await whileAvailable(() =>
    db.execute<ReviewCounts & Record<string, unknown>>(sql`
      select count(*) filter (where state = 'triaged')::int as triage,
             count(*) filter (where state = 'suggested')::int as suggest,
             (select count(*)::int from blind_audits where audited_at is null) as audit
      from tickets where ${waits}`),
  );
  return counts ?? { triage: 0, suggest: 0, audit: 0 };
}

/** The condition that a waiting ticket is wanted. */
function isWanted({ team, category, source, priority, reason }: ReviewFilter): SQL {
  const equals = [
    [sql`tickets.team`, team],
    [sql`tickets.category`, category],
    [sql`tickets.priority`, priority],
    [sql`tickets.reason`, reason],
  ] as const;
  const conditions = equals.flatMap(([column, value]) => (value === undefined ? [] : [sql`${column} = ${value}`]));
  if (source !== undefined) conditions.push(sql`tickets.source_id = (select id from sources where name = ${source})`);
  return sql.join([waits, ...conditions], sql` and `);
}

export interface ListReviewOptions {
  agent: string;
  limit: number;
  filter?: ReviewFilter;
}

/** Tickets that wait for a person and that nobody else looks at now, most urgent first, without claiming any. */
export async function listReview(db: Db, { agent, limit, filter = {} }: ListReviewOptions): Promise<StoredTicket[]> {
  const rows = await whileAvailable(() =>
    db
      .select({ ticket: tickets, source: sources.name })
      .from(tickets)
      .innerJoin(sources, eq(sources.id, tickets.sourceId))
      .where(sql`${isWanted(filter)} and not exists (${claimOfOthers(agent)})`)
      .orderBy(asc(tickets.slaDueAt), asc(tickets.id))
      .limit(limit),
  );
  return rows.map(({ ticket, source }) => ({ ...ticket, source }));
}

/**
 * The next ticket that waits for a person: the one that this agent holds already, else the most urgent that nobody holds.
 * No two agents get the same one before its time is over. Undefined when there is none.
 */
export async function claimNextTicket(
  db: Db,
  { agent, forMs, besides, filter = {} }: ClaimBy & { besides: readonly number[]; filter?: ReviewFilter },
): Promise<ClaimedTicket | undefined> {
  const isNext = sql`${isWanted(filter)} and tickets.id not in (
    select value::bigint from jsonb_array_elements_text(${JSON.stringify(besides)}::jsonb))`;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const [row] = await whileAvailable(() =>
      db.execute<{ id: number; claimedUntil: string | null }>(sql`
        with held as materialized (
          select tickets.id from review_claims own join tickets on tickets.id = own.ticket_id
          where own.claimed_by = ${agent} and own.claimed_until > now() and ${isNext}
          order by tickets.sla_due_at, tickets.id limit 1 for update of tickets skip locked
        ), free as materialized (
          -- Apart, so that the index gives the most urgent one without a look at the others.
          select tickets.id from tickets
          where not exists (select from held) and ${isNext} and not exists (${claimOfOthers(agent)})
          order by tickets.sla_due_at, tickets.id limit 1 for update skip locked
        ), next as (
          select id from held union all select id from free
        ), claimed as (
          insert into review_claims (ticket_id, claimed_by, claimed_until)
          select id, ${agent}, now() + ${forMs} * interval '1 millisecond' from next
          on conflict (ticket_id) do update set claimed_by = excluded.claimed_by, claimed_until = excluded.claimed_until
          where review_claims.claimed_by = excluded.claimed_by or review_claims.claimed_until <= now()
          returning ticket_id, claimed_until
        )
        select next.id::float8 as id, claimed.claimed_until::text as "claimedUntil"
        from next left join claimed on claimed.ticket_id = next.id`),
    );
    if (row === undefined) return undefined;
    // Another agent was quicker at the same moment.
    if (row.claimedUntil === null) continue;
    const ticket = await findTicket(db, { id: row.id });
    if (ticket === undefined) return undefined;
    return { ticket, suggestion: await lastSuggestion(db, ticket), claimedUntil: new Date(row.claimedUntil) };
  }
  return undefined;
}

async function lastSuggestion(db: Db, { id, revision }: StoredTicket): Promise<Suggestion | null> {
  const [row] = await whileAvailable(() =>
    db
      .select({ suggestion: classifications.suggestion })
      .from(classifications)
      .where(
        and(
          eq(classifications.ticketId, id),
          eq(classifications.revision, revision),
          isNotNull(classifications.suggestion),
        ),
      )
      .orderBy(desc(classifications.id))
      .limit(1),
  );
  return row?.suggestion ?? null;
}

/** Who else holds a ticket now, null if nobody does. */
export async function otherHolder(
  db: Db,
  { ticketId, agent }: { ticketId: number; agent: string },
): Promise<string | null> {
  const [row] = await whileAvailable(() =>
    db.execute<{ claimedBy: string }>(sql`
      select claimed_by as "claimedBy" from review_claims
      where ticket_id = ${ticketId} and claimed_by <> ${agent} and claimed_until > now()`),
  );
  return row?.claimedBy ?? null;
}

/** Gives a ticket back to the queue. */
export async function releaseTicket(db: Db, { ticketId, agent }: { ticketId: number; agent: string }): Promise<void> {
  const own = and(eq(reviewClaims.ticketId, ticketId), eq(reviewClaims.claimedBy, agent));
  await whileAvailable(() => db.delete(reviewClaims).where(own));
}

/** An automated decision to be judged blindly: the text that was decided about, and nothing of the decision. */
export interface ClaimedAudit {
  auditId: number;
  ticketId: number;
  source: string;
  externalId: string;
  subject: string;
  body: string;
  receivedAt: Date;
  claimedUntil: Date;
}

/** The next blind audit, by the same rules as the next ticket. */
export async function claimNextAudit(db: Db, { agent, forMs }: ClaimBy): Promise<ClaimedAudit | undefined> {
  const [row] = await whileAvailable(() =>
    db.execute<Omit<ClaimedAudit, 'receivedAt' | 'claimedUntil'> & { receivedAt: string; claimedUntil: string }>(sql`
      with next as materialized (
        select id from blind_audits
        where audited_at is null and (claimed_by is null or claimed_by = ${agent} or claimed_until <= now())
        order by (claimed_by = ${agent} and claimed_until > now()) desc nulls last, id
        limit 1 for update skip locked
      ), claimed as (
        update blind_audits set claimed_by = ${agent}, claimed_until = now() + ${forMs} * interval '1 millisecond'
        from next where blind_audits.id = next.id returning blind_audits.*
      )
      select claimed.id::float8 as "auditId", tickets.id::float8 as "ticketId", sources.name as source,
             tickets.external_id as "externalId", coalesce(older.subject, tickets.subject) as subject,
             coalesce(older.body, tickets.body) as body, tickets.received_at::text as "receivedAt",
             claimed.claimed_until::text as "claimedUntil"
      from claimed join tickets on tickets.id = claimed.ticket_id join sources on sources.id = tickets.source_id
      left join ticket_revisions older on older.ticket_id = tickets.id and older.revision = claimed.revision
        and tickets.revision <> claimed.revision`),
  );
  return row && { ...row, receivedAt: new Date(row.receivedAt), claimedUntil: new Date(row.claimedUntil) };
}

/** Gives a blind audit back to the queue. */
export async function releaseAudit(db: Db, { auditId, agent }: { auditId: number; agent: string }): Promise<void> {
  const own = and(eq(blindAudits.id, auditId), eq(blindAudits.claimedBy, agent));
  await whileAvailable(() => db.update(blindAudits).set({ claimedBy: null, claimedUntil: null }).where(own));
}

function claimOfOthers(agent: string) {
  return sql`
    select from review_claims
    where review_claims.ticket_id = tickets.id and claimed_by <> ${agent} and claimed_until > now()`;
}
