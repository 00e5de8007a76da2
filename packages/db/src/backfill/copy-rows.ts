import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CategorisedDecision } from '@usher/core/decide';
import type { TicketDraft } from '@usher/core/ticket';
import { sql } from 'drizzle-orm';
import { PostgresJsSession } from 'drizzle-orm/postgres-js';
import type { Db } from '../connect.ts';

/** A ticket of a file with the hash of its text, and the decision that its label there gives. */
export interface StagedRow {
  draft: TicketDraft;
  label: CategorisedDecision | null;
  textHash: string;
}

const COLUMNS = `at int, external_id text, subject text, body text, text_hash text, requester text, channel text,
  language text, created_at timestamptz, written_at timestamptz, category text, subcategory text, team text,
  priority text, sla_hours real`;

/** Copies rows into the temporary table `staged` of this transaction, in their order. */
export async function copyRows(tx: Db, rows: readonly StagedRow[]): Promise<void> {
  await tx.execute(sql.raw(`create temporary table if not exists staged (${COLUMNS}) on commit delete rows`));
  const { session } = tx._;
  if (!(session instanceof PostgresJsSession)) throw new TypeError('COPY needs the driver of this package');
  const copying = await session.client.unsafe('copy staged from stdin').writable();
  await pipeline(Readable.from([Buffer.from(rows.map(lineOf).join(''))]), copying);
}

/** A row in COPY's text format: https://www.postgresql.org/docs/current/sql-copy.html */
function lineOf({ draft, label, textHash }: StagedRow, at: number): string {
  const { ticket_id: id, subject, body, requester, channel, language } = draft;
  const created = draft.created_at?.toISOString() ?? '\\N';
  const written = draft.updated_at?.toISOString() ?? created;
  const texts = `${escaped(id)}\t${escaped(subject)}\t${escaped(body)}\t${textHash}\t${escaped(requester)}`;
  const rest = `${escaped(channel)}\t${escaped(language)}\t${created}\t${written}\t${labelled(label)}`;
  return `${at}\t${texts}\t${rest}\n`;
}

const NO_LABEL = '\\N\t\\N\t\\N\t\\N\t\\N';

function labelled(label: CategorisedDecision | null): string {
  if (label === null) return NO_LABEL;
  const { category, subcategory, team, priority, slaHours } = label;
  return `${escaped(category)}\t${escaped(subcategory)}\t${escaped(team)}\t${priority}\t${slaHours}`;
}

const SPECIAL = /[\\\n\r\t]/;
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(text: string | null): string {
  if (text === null) return '\\N';
  return SPECIAL.test(text) ? text.replaceAll(/[\\\n\r\t]/g, (found) => ESCAPES[found] ?? found) : text;
}
