import { correct, CorrectionDraft, type ReadCorrection } from '@usher/core/correct';
import type { Job } from '@usher/core/jobs';
import { correctTicket } from '@usher/db/correct-ticket';
import { findStanding } from '@usher/db/standing';
import { currentTaxonomy } from '@usher/db/taxonomies';
import { parseTicketId } from '@usher/db/ticket-id';
import type { Command } from 'commander';
import { CannotDo } from '../failures.ts';
import { hint } from '../hint.ts';
import { openDatabase } from '../open-database.ts';
import type { Surroundings } from '../surroundings.ts';

export function addCorrect(program: Command, { config, screen }: Surroundings): void {
  program
    .command('correct')
    .description('say that a ticket is another category; it is routed again and taught to the engines')
    .argument('<ticket>', "Usher's number, or the source and its id: api:T-1")
    .argument('<category>', 'key of the right category')
    .option('--subcategory <key>', 'key of the right subcategory')
    .option('--note <text>', 'why, for the next reader')
    .addHelpText(
      'after',
      '\nExample:\n  $ usher correct api:T-1 billing --subcategory charge_dispute --note "Charged twice"',
    )
    .action(async (ticket: string, category: string, options: { subcategory?: string; note?: string }) => {
      const draft = readDraft({ category, ...options });
      await using database = await openDatabase(config());
      const ticketId = parseTicketId(ticket);
      const standing = ticketId && (await findStanding(database.db, ticketId));
      if (standing === undefined)
        throw new CannotDo(
          'unknown_ticket',
          `There is no ticket ${ticket}. Use its number, or source:id such as api:T-1.`,
        );
      const published = await currentTaxonomy(database.db);
      if (published === undefined)
        throw new CannotDo('no_taxonomy', 'No taxonomy is published yet. Run usher taxonomy publish.');
      const read = correct(draft, published.taxonomy, standing.category);
      if (read.kind === 'unknown') throw unknownKey(read);
      const { decision } = read;
      const by = { actorKind: 'agent', actor: 'usher correct', note: draft.note } as const;
      const { correctionId, deliveryIds } = await correctTicket(database.db, {
        ticketId: standing.ticketId,
        decision,
        by,
        mode: config().USHER_MODE,
      });
      const jobs: Job[] = [{ name: 'learn', payload: {} }];
      for (const deliveryId of deliveryIds) jobs.push({ name: 'deliver', payload: { deliveryId } });
      await hint(database.queueUrl, jobs);
      const change =
        decision.reason === 'accepted'
          ? `${decision.category} confirmed`
          : `${standing.category ?? 'no category'} → ${decision.category}`;
      screen.show(
        {
          correction: correctionId,
          ticket: standing.ticketId,
          category: decision.category,
          subcategory: decision.subcategory,
          routed_to: decision.team,
        },
        `Ticket ${ticket}: ${change}, routed to ${decision.team}.`,
      );
    });
}

function readDraft(given: { category: string; subcategory?: string; note?: string }): CorrectionDraft {
  const read = CorrectionDraft.safeParse(given);
  if (read.success) return read.data;
  const problems = read.error.issues.map(({ path, message }) => `the ${path.join('.')} ${message}`);
  throw new CannotDo('correction_invalid', `This correction cannot be made: ${problems.join('; ')}.`);
}

function unknownKey({ field, given, allowed }: Extract<ReadCorrection, { kind: 'unknown' }>): CannotDo {
  const known = allowed.length === 0 ? 'The category has none.' : `Known are: ${allowed.join(', ')}.`;
  return new CannotDo(`unknown_${field}`, `There is no ${field} "${given}". ${known}`);
}
