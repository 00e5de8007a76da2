import type { Db } from '@usher/db/connect';
import { keepCosts } from '@usher/db/costs';
import { invitePerson, takeInvitation } from '@usher/db/invitations';
import { rollUp } from '@usher/db/rollup/roll-up';
import { openSession } from '@usher/db/sessions';
import { writeHistory } from '@usher/test/support/history';
import { currentTaxonomy } from '@usher/db/taxonomies';
import postgres from 'postgres';
import type { Facts } from './routes.ts';

const DAYS = 60;
/** The days in which what waits came in. */
const WAITING_DAYS = 30;
const HOUR_MS = 3_600_000;

interface House {
  db: Db;
  databaseUrl: string;
}

/** Weeks of decided tickets, as many again that wait for a person, and a long audit log, counted as the workers would have. */
export async function fillHouse(given: House, tickets: number): Promise<void> {
  await writeHistory(given, { tickets, days: DAYS });
  const sql = postgres(given.databaseUrl, { max: 1, onnotice: () => {} });
  try {
    await writeWaiting(sql, tickets);
    await sql`
      insert into audit (actor, verb, subject, detail, created_at)
      select case n % 3 when 0 then 'ada@example.com' when 1 then 'bo@example.com' else 'key 7' end,
             case n % 9 when 0 then 'session.open' else 'ticket.corrected' end, 'ticket ' || n, '{"category":"billing"}',
             now() - interval '1 minute' * (${tickets} - n)
      from generate_series(1, ${tickets}) as n`;
    while ((await rollUp(given.db, { mostMs: 60_000, patienceMs: 2_000 })) > 0);
    await keepCosts(given.db, {});
    await sql`vacuum analyze`;
  } finally {
    await sql.end();
  }
}

/** Of a hundred words each, as mails are. Most are in triage, every fifth has a suggestion to confirm. */
async function writeWaiting(sql: postgres.Sql, tickets: number): Promise<void> {
  await sql`
    create temp table waiting as
    select n, (array['billing', 'technical', 'shipping', 'returns', 'account_access', 'feature_request', 'general'])[1 + n % 7] as key,
           case when n % 5 = 0 then 'suggested' else 'triaged' end as state,
           0.3 + (n % 40) / 100.0 as confidence, now() - interval '1 day' * ${WAITING_DAYS} * (${tickets} - n) / ${tickets} as received_at
    from generate_series(1, ${tickets}) as n`;
  await sql`
    insert into tickets (source_id, external_id, subject, body, text_hash, metadata, lane, due_at, received_at, revised_at,
                         state, action, category, team, priority, sla_hours, sla_due_at, confidence, is_calibrated,
                         decided_at, predicted, reason, note)
    select sources.id, 'W-' || n, 'Something about ' || key || ' ' || n,
           'Hello, I write about ' || key || ' and my order ' || n || '. ' || repeat(md5(n::text) || ' and so on, please help me. ', 9),
           md5('w' || n), '{}', 'live', received_at, received_at, received_at, state,
           case state when 'suggested' then 'suggest' else 'triage' end, key,
           case state when 'suggested' then 'support' else 'triage' end, 'medium', 24, received_at + interval '24 hours',
           confidence, true, received_at + interval '1 second', key, 'low_confidence', 'Low confidence. Manual review needed.'
    from waiting cross join sources where sources.name = 'api' order by n`;
  await sql`
    insert into classifications (ticket_id, revision, release_id, engine, model, outcome, suggestion, cost_micro_usd,
                                 duration_ms, shadow, created_at)
    select tickets.id, 1, (select max(id) from releases), 'local', 'local-5', 'suggested',
           jsonb_build_object('category', key, 'subcategory', null, 'confidence', waiting.confidence, 'calibrated', true,
             'alternatives', '[]'::jsonb, 'rationale', 'It speaks of ' || key || '.'), 0, 2, false, tickets.decided_at
    from waiting join tickets on tickets.external_id = 'W-' || n order by n`;
  await sql`
    insert into decisions (ticket_id, revision, release_id, actor_kind, actor, mode, action, reason, category, team, priority,
                           sla_hours, confidence, is_calibrated, created_at)
    select tickets.id, 1, (select max(id) from releases), 'engine', 'local', 'auto', tickets.action, 'low_confidence',
           tickets.category, tickets.team, 'medium', 24, tickets.confidence, true, tickets.decided_at
    from waiting join tickets on tickets.external_id = 'W-' || n order by n`;
  await sql`
    update tickets set decision_id = decisions.id from decisions
    where decisions.ticket_id = tickets.id and tickets.external_id like 'W-%'`;
}

/** Signs an administrator in; answers what the browser's cookie holds. */
export async function signIn(db: Db): Promise<string> {
  const email = 'ada@example.com';
  const invited = await invitePerson(db, { email, roles: ['admin'], actor: 'bench' });
  await takeInvitation(db, { token: invited?.token ?? '', email, name: 'Ada Admin', passwordHash: 'none' });
  const times = { idleMs: 12 * HOUR_MS, mostMs: 12 * HOUR_MS };
  return openSession(db, { personId: invited?.id ?? 0, actor: email, ...times });
}

/** What questions need to know of a filled house. */
export async function lookUp({ db, databaseUrl }: House): Promise<Facts> {
  const sql = postgres(databaseUrl, { max: 1 });
  try {
    const [found] = await sql<{ waitingId: number; correctedId: number; middle: number }[]>`
      select (select max(id)::float8 from tickets where state = 'triaged') as "waitingId",
             (select max(ticket_id)::float8 from outcomes where via = 'correction') as "correctedId",
             (select (max(id) / 4)::float8 from tickets) as middle`;
    if (found === undefined) throw new Error('the house is empty');
    const { middle, ...ids } = found;
    const published = await currentTaxonomy(db);
    return {
      ...ids,
      cursor: Buffer.from(`before:${Math.floor(middle)}`).toString('base64url'),
      taxonomy: published?.taxonomy,
      day: new Date(Date.now() - 30 * 24 * HOUR_MS).toISOString().slice(0, 10),
    };
  } finally {
    await sql.end();
  }
}
