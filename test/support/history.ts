import { Taxonomy } from '@usher/core/taxonomy';
import type { Db } from '@usher/db/connect';
import { saveLocalModel } from '@usher/db/local-models';
import { ensureRelease } from '@usher/db/releases';
import { API_SOURCE, ensureSource } from '@usher/db/sources';
import { publishTaxonomy } from '@usher/db/taxonomies';
import postgres from 'postgres';

interface Kind {
  key: string;
  team: string;
  /** Share of the tickets. */
  share: number;
  subjects: readonly string[];
}

const KINDS: readonly Kind[] = [
  { key: 'billing', team: 'finance', share: 0.24, subjects: ['Charged twice this month', 'Where is my invoice?'] },
  { key: 'technical', team: 'engineering', share: 0.2, subjects: ['The export stops halfway', 'Error 500 on sign-in'] },
  { key: 'shipping', team: 'logistics', share: 0.18, subjects: ['Parcel is late', 'Please change my address'] },
  { key: 'returns', team: 'support', share: 0.13, subjects: ['It arrived broken', 'I want to send it back'] },
  { key: 'account_access', team: 'security', share: 0.1, subjects: ['Locked out', 'Somebody changed my password'] },
  {
    key: 'feature_request',
    team: 'product',
    share: 0.06,
    subjects: ['Could it sort by date?', 'A dark theme, please'],
  },
  { key: 'general', team: 'support', share: 0.09, subjects: ['A question', 'Opening hours?'] },
];

const TAXONOMY = Taxonomy.parse({
  fallback: 'general',
  categories: KINDS.map(({ key, team }) => ({
    key,
    title: key.replace('_', ' '),
    description: `All about ${key}.`,
    team,
    priority: 'medium',
    sla_hours: 24,
    subcategories: [],
  })),
});

/** Weeks of work as they would lie in the database: received, answered, decided, corrected, audited. The same each time, but for the dates. */
export async function writeHistory(
  { db, databaseUrl }: { db: Db; databaseUrl: string },
  { tickets, days }: { tickets: number; days: number },
): Promise<void> {
  const taxonomyVersion = await publishTaxonomy(db, TAXONOMY, { actor: 'test' });
  const { id: sourceId } = await ensureSource(db, API_SOURCE);
  const releaseId = await ensureRelease(db, {
    taxonomyVersion,
    promptVersion: 'test',
    engine: 'cascade',
    model: 'claude-haiku-5-5',
    hardModel: 'claude-sonnet-5-5',
    localModel: null,
    calibrator: null,
    thresholds: { all: 0.7, byCategory: {} },
  });
  const connection = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    await connection.begin(async (sql) => {
      await draw(sql, { tickets, days });
      await writeFacts(sql, { sourceId, releaseId });
    });
    const labels = await connection<Label[]>`select id::float8 as id, category from examples order by id limit 400`;
    await writeModels(db, { taxonomyVersion, labels });
  } finally {
    await connection.end();
  }
}

type Sql = postgres.TransactionSql;

interface Label {
  id: number;
  category: string;
}

/** A number in [0, 1) for each ticket and purpose, as if by chance. */
function chance(sql: Sql, purpose: number) {
  return sql`((hashint8extended(n, ${purpose}) & 2147483647) / 2147483648.0)`;
}

/** Each ticket's story in one row: what it is, what was said, how sure, how fast, and what people said later. */
async function draw(sql: Sql, { tickets, days }: { tickets: number; days: number }): Promise<void> {
  let from = 0;
  const kinds = KINDS.map(({ share, ...kind }, place) => {
    from += share;
    return { ...kind, place, from: from - share, to: place === KINDS.length - 1 ? 1 : from };
  });
  await sql`
    create temp table stories on commit drop as
    with kinds as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(kinds)}::text::jsonb)
        as kind (key text, team text, place int, "from" float8, "to" float8, subjects jsonb)
    ), drawn as materialized (
      select n, n::float8 / ${tickets} as age, 1 - 0.72 * power(${chance(sql, 1)}, 2.4) as confidence,
             now() - interval '20 minutes' - (1 - n::float8 / ${tickets}) * ${days} * interval '1 day' as received_at,
             ${chance(sql, 2)} as kind_drawn, ${chance(sql, 3)} as luck, ${chance(sql, 4)} as other, ${chance(sql, 5)} as engine_drawn,
             exp(1.2 * (${chance(sql, 6)} + ${chance(sql, 7)} + ${chance(sql, 8)} - 1.5)) as slowness, ${chance(sql, 9)} as looked, ${chance(sql, 10)} as audited
      from generate_series(1, ${tickets}) as n
    ), told as materialized (
      select drawn.*, truly.key as truth, truly.subjects ->> (n % 2) as subject,
             case when luck < confidence * (0.9 + 0.08 * age) then truly.place
                  else (truly.place + case when other < 0.6 then 1 else 2 + floor(other * 5)::int end) % 7 end as said,
             case when engine_drawn < 0.2 + 0.45 * age then 'local' else 'claude' end as engine,
             case when confidence >= 0.7 then 'route' when confidence >= 0.5 then 'suggest' else 'triage' end as action
      from drawn join kinds as truly on kind_drawn >= truly."from" and kind_drawn < truly."to"
    )
    select told.*, kinds.key as predicted, case when action = 'triage' then 'triage' else kinds.team end as team,
           received_at + slowness * case when engine = 'local' then 60 else 1400 end * interval '1 millisecond' as decided_at,
           case when action = 'route' and audited < 0.05 then 'audit'
                when action = 'route' and kinds.key <> truth and looked < 0.6 then 'correction'
                when action <> 'route' and looked < 0.9 and kinds.key = truth then 'accepted'
                when action <> 'route' and looked < 0.9 then 'correction' end as via,
           null::bigint as ticket_id, null::bigint as decision_id
    from told join kinds on kinds.place = said`;
}

async function writeFacts(sql: Sql, { sourceId, releaseId }: { sourceId: number; releaseId: number }): Promise<void> {
  const decision = sql`ticket_id, revision, release_id, actor_kind, actor, mode, action, reason, category, team, priority,
    sla_hours, confidence, is_calibrated, created_at`;
  await sql`
    insert into tickets (source_id, external_id, subject, body, text_hash, metadata, lane, due_at, received_at, revised_at,
                         state, action, category, team, priority, sla_hours, sla_due_at, confidence, is_calibrated,
                         decided_at, predicted, truth, reason)
    select ${sourceId}, 'H-' || n, subject, subject || ' This is about order ' || n || '. Thank you.', md5(n::text), '{}',
           'live', received_at, received_at, received_at,
           case when via in ('accepted', 'correction') or action = 'route' then 'routed'
                when action = 'suggest' then 'suggested' else 'triaged' end,
           action, case when via is null then predicted else truth end, team, 'medium', 24, received_at + interval '24 hours',
           confidence, true, decided_at, predicted, case when via is not null then truth end, 'confident'
    from stories order by n`;
  await sql`update stories set ticket_id = tickets.id from tickets where tickets.external_id = 'H-' || n`;
  await sql`
    insert into classifications (ticket_id, revision, release_id, engine, model, outcome, suggestion, input_tokens,
                                 cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, output_tokens,
                                 cost_micro_usd, duration_ms, shadow, created_at)
    select ticket_id, 1, ${releaseId}, engine, case engine when 'local' then 'local-1' else 'claude-haiku-5-5' end,
           'suggested', jsonb_build_object('category', predicted, 'subcategory', null, 'confidence', confidence,
             'calibrated', true, 'alternatives', '[]'::jsonb, 'rationale', 'It speaks of ' || predicted || '.'),
           tokens.input, tokens.input * 20, 0, 0, tokens.input / 3,
           case engine when 'local' then 0 else 380 + 300 * slowness end,
           extract(epoch from decided_at - received_at) * 900, false, decided_at
    from stories cross join lateral (select case engine when 'local' then null else 110 end as input) as tokens order by n`;
  await sql`
    insert into decisions (${decision})
    select ticket_id, 1, ${releaseId}, 'engine', 'cascade', 'auto', action,
           case when action = 'route' then 'confident' else 'low_confidence' end, predicted, team, 'medium', 24, confidence,
           true, decided_at
    from stories order by n`;
  await sql`update stories set decision_id = decisions.id from decisions where decisions.ticket_id = stories.ticket_id`;
  await sql`
    insert into decisions (${decision})
    select ticket_id, 1, ${releaseId}, 'agent', 'ada@example.com', 'auto', 'route',
           case via when 'accepted' then 'accepted' else 'corrected' end, truth, team, 'medium', 24, null, null,
           decided_at + looked * interval '15 minutes'
    from stories where via in ('accepted', 'correction') order by n`;
  await sql`
    insert into blind_audits (ticket_id, revision, decision_id, category, audited_by, audited_at, created_at)
    select ticket_id, 1, decision_id, truth, 'ada@example.com', decided_at + interval '10 minutes', decided_at
    from stories where via = 'audit' order by n`;
  await sql`
    insert into outcomes (ticket_id, revision, decision_id, via, category, actor, created_at)
    select ticket_id, 1, decision_id, via, truth, 'ada@example.com', decided_at + interval '15 minutes'
    from stories where via is not null order by n`;
  await sql`
    insert into examples (ticket_id, subject, body, category, provenance, labelled_by, weight)
    select ticket_id, subject, subject, truth, via, 'ada@example.com', 1
    from stories where via in ('accepted', 'correction') order by n limit 2000`;
  await sql`update tickets set decision_id = newest.id
        from (select distinct on (ticket_id) ticket_id, id from decisions order by ticket_id, id desc) as newest
        where newest.ticket_id = tickets.id and tickets.external_id like 'H-%'`;
  await sql`analyze`;
}

/** Versions of a local model that got better with labels; the last one contradicts some of them. */
async function writeModels(
  db: Db,
  { taxonomyVersion, labels }: { taxonomyVersion: number; labels: readonly Label[] },
): Promise<void> {
  const confused: Record<string, string> = { billing: 'returns', shipping: 'returns', technical: 'account_access' };
  const heldOut = labels.map(({ id, category }, at): [number, string, string, number] =>
    at % 13 === 0
      ? [id, category, confused[category] ?? 'general', 0.6 + (at % 7) * 0.05]
      : [id, category, category, 0.9],
  );
  for (const [at, examples] of [40, 120, 260, 480, 800].entries()) {
    const n = 220 + at * 40;
    const right = (share: number) => Math.round(n * share);
    const baselines = {
      n,
      model: right(0.78 + at * 0.035),
      withoutLabels: right(0.76 + at * 0.004),
      nearestNeighbour: right(0.7 + at * 0.02),
    };
    await saveLocalModel(db, {
      taxonomyVersion,
      learntFrom: examples,
      examples,
      figures: { n, accuracy: 0.8 + at * 0.03, isFromOutcomes: true, baselines },
      heldOut: at === 4 ? heldOut : [],
      content: new Uint8Array(),
    });
  }
}
