import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { examples, type Provenance } from './schema/examples.ts';
import { decisions } from './schema/facts.ts';
import { isSample } from './samples.ts';
import { outcomes, type OutcomeVia } from './schema/learning.ts';
import { tickets } from './schema/tickets.ts';

type Ticket = Pick<typeof tickets.$inferSelect, 'id' | 'revision' | 'subject' | 'body'>;

/** What a ticket is, and who says so. */
export interface Label {
  category: string;
  subcategory: string | null;
  actor: string;
}

/** Appends what became known about a ticket, beside the engine's decision that it judges; nothing of a sample. Inside the caller's transaction. */
export async function keepOutcome(
  tx: Db,
  { ticketId, revision, via, label }: { ticketId: number; revision: number; via: OutcomeVia; label: Label },
): Promise<void> {
  if (await isSample(tx, ticketId)) return;
  const [judged] = await tx
    .select({ id: decisions.id })
    .from(decisions)
    .where(and(eq(decisions.ticketId, ticketId), eq(decisions.revision, revision), eq(decisions.actorKind, 'engine')));
  await tx.insert(outcomes).values({ ticketId, revision, decisionId: judged?.id ?? null, via, ...label });
  const isThisText = and(eq(tickets.id, ticketId), eq(tickets.revision, revision));
  await tx.update(tickets).set({ truth: label.category }).where(isThisText);
  await keepTextOutcome(tx, { ticketId, revision, label });
}

/** Keeps the word on the text too, so that no answer against it is taken over for the next ticket that says the same. */
async function keepTextOutcome(
  tx: Db,
  { ticketId, revision, label }: { ticketId: number; revision: number; label: Label },
): Promise<void> {
  const { category, subcategory } = label;
  await tx.execute(sql`
    insert into text_outcomes (text_hash, category, subcategory)
    select text_hash, ${category}, ${subcategory} from classifications
    where ticket_id = ${ticketId} and revision = ${revision} and text_hash is not null
    limit 1
    on conflict (text_hash) do update
    set category = excluded.category, subcategory = excluded.subcategory, changed_at = now()`);
}

/** Keeps a ticket's text as its one labelled example; what it taught before is retired. A sample teaches nothing. Inside the caller's transaction. */
export async function keepExample(
  tx: Db,
  ticket: Ticket,
  { label, provenance, weight }: { label: Label; provenance: Provenance; weight: number },
): Promise<void> {
  const { category, subcategory, actor: labelledBy } = label;
  const { id: ticketId, subject, body } = ticket;
  if (await isSample(tx, ticketId)) return;
  const active = and(eq(examples.ticketId, ticketId), isNull(examples.retiredAt));
  await tx.update(examples).set({ retiredAt: new Date() }).where(active);
  await tx.insert(examples).values({ ticketId, subject, body, category, subcategory, provenance, labelledBy, weight });
}

/** Whether a person's word about a ticket is kept as its example already. */
export async function hasOwnExample(tx: Db, ticketId: number): Promise<boolean> {
  const [row] = await tx
    .select({ id: examples.id })
    .from(examples)
    .where(and(eq(examples.ticketId, ticketId), isNull(examples.retiredAt)));
  return row !== undefined;
}
