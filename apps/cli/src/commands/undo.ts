import { findTicket } from '@usher/db/find-ticket';
import { parseTicketId } from '@usher/db/ticket-id';
import { requestUndo } from '@usher/db/write-backs';
import type { Command } from 'commander';
import { CannotDo } from '../failures.ts';
import { hint } from '../hint.ts';
import { openDatabase } from '../open-database.ts';
import type { Surroundings } from '../surroundings.ts';

export function addUndo(program: Command, { config, screen }: Surroundings): void {
  program
    .command('undo')
    .description('take back what was written on a ticket in its helpdesk, wherever it still stands; notes stay')
    .argument('<ticket>', "Usher's number, or the source and its id: shop:4711")
    .addHelpText('after', '\nExample:\n  $ usher undo shop:4711')
    .action(async (ticket: string) => {
      await using database = await openDatabase(config());
      const ticketId = parseTicketId(ticket);
      const found = ticketId && (await findTicket(database.db, ticketId));
      if (found === undefined) {
        const what = `There is no ticket ${ticket}. Use its number, or source:id such as api:T-1.`;
        throw new CannotDo('unknown_ticket', what);
      }
      const deliveryId = await requestUndo(database.db, found.id, 'usher undo');
      if (deliveryId === undefined) {
        throw new CannotDo('nothing_written', `Nothing of ours stands on ticket ${ticket} in its helpdesk.`);
      }
      await hint(database.queueUrl, [{ name: 'deliver', payload: { deliveryId } }]);
      const text = `What was written on ticket ${ticket} is being taken back; usher deliveries show ${deliveryId} says how it goes.`;
      screen.show({ ticket: found.id, delivery: deliveryId }, text);
    });
}
