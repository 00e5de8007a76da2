import type { Basis } from '@usher/core/reports/report';
import type { TicketState } from '@usher/core/ticket';
import { and, desc, eq, inArray, isNull, lt, ne, or, type SQL, sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import type { StoredTicket } from './find-ticket.ts';
import { sources } from './schema/sources.ts';
import { tickets } from './schema/tickets.ts';

export interface ListFilter {
  state?: TicketState | undefined;
  team?: string | undefined;
  category?: string | undefined;
  /** What the engine predicted for the newest text. */
  predicted?: string | undefined;
  /** What somebody said that the newest text is about. */
  truth?: string | undefined;
  /** Whose word the truth is: silence may count as agreement, or blind audits alone; anybody's unless said. */
  basis?: Basis | undefined;
  source?: string | undefined;
  receivedFrom?: Date | undefined;
  receivedBefore?: Date | undefined;
  /** The ticket's id in its source, or a part of the subject of one of the newest 20,000 tickets. */
  search?: string | undefined;
  /**
   * Words of the subject, or of the body of one of the newest 1,000 tickets, as search engines on the web take them. Older tickets are
   * found once they are decided.
   */
  words?: string | undefined;
  /** Only tickets with a smaller number: where the page before ended. */
  beforeId?: number | undefined;
  limit: number;
}

/** Tickets that fit every filter, newest first. */
export async function listTickets(db: Db, filter: ListFilter): Promise<StoredTicket[]> {
  // Looked up first, because the planner knows how many tickets a source has by its number alone.
  const source = filter.source === undefined ? undefined : await findSourceId(db, filter.source);
  if (source === null) return [];
  const words = filter.words === undefined ? undefined : await hasWords(db, filter.words);
  const rows = await whileAvailable(() =>
    db
      .select({ ticket: tickets, source: sources.name })
      .from(tickets)
      .innerJoin(sources, eq(sources.id, tickets.sourceId))
      .where(and(...conditionsOf(filter), words, source === undefined ? undefined : eq(tickets.sourceId, source)))
      .orderBy(desc(tickets.id))
      .limit(filter.limit),
  );
  return rows.map(({ ticket, source }) => ({ ...ticket, source }));
}

function conditionsOf(filter: ListFilter): (SQL | undefined)[] {
  const equals = [
    [tickets.state, filter.state],
    [tickets.team, filter.team],
    [tickets.category, filter.category],
    [tickets.predicted, isOfAudits(filter) ? undefined : filter.predicted],
  ] as const;
  return [
    ...equals.map(([column, value]) => (value === undefined ? undefined : eq(column, value))),
    filter.truth === undefined ? undefined : isTruly(filter.truth, filter),
    filter.receivedFrom && cameFrom(filter.receivedFrom),
    filter.receivedBefore && cameBefore(filter.receivedBefore),
    filter.search === undefined ? undefined : isFoundBy(filter.search),
    filter.beforeId === undefined ? undefined : lt(tickets.id, filter.beforeId),
  ];
}

/** An audit's word stays whatever was said later, and whatever was predicted of a later text. */
function isOfAudits({ basis, truth }: ListFilter): boolean {
  return basis === 'audit' && truth !== undefined;
}

function isTruly(truth: string, filter: ListFilter): SQL | undefined {
  const { basis, predicted } = filter;
  if (isOfAudits(filter))
    return sql`${tickets.id} in (
      select blind_audits.ticket_id from blind_audits join decisions on decisions.id = blind_audits.decision_id
      where blind_audits.audited_at is not null and blind_audits.category = ${truth}
        and decisions.category = ${predicted ?? sql`decisions.category`})`;
  const isSaid = eq(tickets.truth, truth);
  return basis === 'assumed' && predicted === truth ? or(isNull(tickets.truth), isSaid) : isSaid;
}

async function findSourceId(db: Db, name: string): Promise<number | null> {
  const [found] = await whileAvailable(() => db.select({ id: sources.id }).from(sources).where(eq(sources.name, name)));
  return found?.id ?? null;
}

/** Subjects that a search looks through; more would take their time, and an index would cost every ticket. */
const MOST_SUBJECTS = 20_000;

/** More tickets than these that are not counted yet are not looked through for early ones. */
const MOST_UNCOUNTED = 50_000;

const counted = sql`(select coalesce(max(up_to), 0) from rollup_cursors where facts = 'tickets')`;

/** Numbers are given about in the order of arrival; the rollup by the hour knows from which on they are late enough. */
function cameFrom(moment: Date): SQL {
  const hour = sql`date_trunc('hour', ${moment.toISOString()}::timestamptz, 'UTC')`;
  return sql`${tickets.receivedAt} >= ${moment.toISOString()}::timestamptz and ${tickets.id} >= coalesce(
    (select min(first_id) from ticket_hours where hour >= ${hour}), ${counted} + 1)`;
}

/** The same up to a number, unless early ones may be among those that are not counted yet. */
function cameBefore(moment: Date): SQL {
  const until = sql`${moment.toISOString()}::timestamptz`;
  return sql`${tickets.receivedAt} < ${until} and ${tickets.id} <= (select case
    when (select max(id) from tickets) - ${counted} > ${MOST_UNCOUNTED} then 9223372036854775807
    when exists (select from tickets where id > ${counted} and received_at < ${until}) then 9223372036854775807
    else coalesce((select max(last_id) from ticket_hours where hour <= date_trunc('hour', ${until}, 'UTC')), 0) end)`;
}

function isFoundBy(text: string): SQL {
  const pattern = `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  return sql`${tickets.id} in (
    select id from tickets where (source_id, external_id) in (select id, ${text} from sources)
    union all
    select id from tickets
    where id > (select max(id) from tickets) - ${MOST_SUBJECTS} and subject ilike ${pattern})`;
}

/** Bodies that are looked through: an index over them would cost every ticket several times its own price. */
const MOST_BODIES = 1_000;

/** Characters of a body that are looked through. */
const MAX_BODY_SEARCHED = 2_000;

/** Newest ones with a word in the body are found first, because a condition that is not in an index would spoil the one that is. */
async function hasWords(db: Db, words: string): Promise<SQL> {
  const wanted = sql`websearch_to_tsquery('simple', ${words})`;
  const newest = await whileAvailable(() =>
    db.execute<{ id: string }>(sql`
      select id::text as id from tickets
      where id > (select max(id) from tickets) - ${MOST_BODIES}
        and (to_tsvector('simple', left(body, ${MAX_BODY_SEARCHED})) @@ ${wanted}
             or to_tsvector('simple', subject) @@ ${wanted})`),
  );
  const ids = sql`${`{${newest.map(({ id }) => id).join(',')}}`}::bigint[]`;
  return sql`(
    to_tsvector('simple', ${tickets.subject}) @@ ${wanted} and ${tickets.state} <> 'received'
    or ${tickets.id} = any(${ids}))`;
}

/** Of these tickets, those whose work has ended; for callers who wait for a decision. */
export async function listDecided(db: Db, ticketIds: readonly number[]): Promise<StoredTicket[]> {
  if (ticketIds.length === 0) return [];
  const rows = await whileAvailable(() =>
    db
      .select({ ticket: tickets, source: sources.name })
      .from(tickets)
      .innerJoin(sources, eq(sources.id, tickets.sourceId))
      .where(and(inArray(tickets.id, [...ticketIds]), ne(tickets.state, 'received'))),
  );
  return rows.map(({ ticket, source }) => ({ ...ticket, source }));
}
