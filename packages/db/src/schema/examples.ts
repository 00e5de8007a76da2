import { sql } from 'drizzle-orm';
import { index, pgTable, real, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { idOf, moment, ownId } from './columns.ts';
import { tickets } from './tickets.ts';

/** Where a label came from: a person's correction or consent, a blind audit, the helpdesk's value at close, labelled history. */
export type Provenance = 'correction' | 'accepted' | 'audit' | 'closed' | 'history';

/** Labelled texts that teach engines, beside those of the taxonomy. A ticket has at most one that is not retired. */
export const examples = pgTable(
  'examples',
  {
    id: ownId(),
    ticketId: idOf('ticket_id').references(() => tickets.id),
    subject: text('subject').notNull(),
    body: text('body').notNull(),
    category: text('category').notNull(),
    subcategory: text('subcategory'),
    provenance: text('provenance').$type<Provenance>().notNull(),
    labelledBy: text('labelled_by').notNull(),
    weight: real('weight').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
    retiredAt: moment('retired_at'),
  },
  (table) => [
    uniqueIndex('examples_one_a_ticket')
      .on(table.ticketId)
      .where(sql`${table.retiredAt} is null`),
    index('examples_by_ticket').on(table.ticketId),
    index('examples_by_category').on(table.category),
  ],
);
