import { readableTicket } from '@usher/core/clean/readable-ticket';
import { findTicket } from '@usher/db/find-ticket';
import { loadLocalModel, modelInForce } from '@usher/db/local-models';
import { currentTaxonomyVersion } from '@usher/db/taxonomies';
import { parseTicketId } from '@usher/db/ticket-id';
import { explain } from '@usher/engines/local/explain';
import { predict } from '@usher/engines/local/model';
import { deserialise } from '@usher/engines/local/serialise';
import type { Command } from 'commander';
import { CannotDo } from '../failures.ts';
import { openDatabase } from '../open-database.ts';
import { table } from '../screen.ts';
import type { Surroundings } from '../surroundings.ts';

const SHOWN = 3;

export function addExplain(program: Command, { config, screen }: Surroundings): void {
  program
    .command('explain')
    .description('which words of a ticket speak for which category, as the local model in force sees it')
    .argument('<ticket>', "Usher's number, or the source and its id: api:T-1")
    .addHelpText('after', '\nExample:\n  $ usher explain api:T-1')
    .action(async (given: string) => {
      await using database = await openDatabase(config());
      const { db } = database;
      const id = parseTicketId(given);
      const ticket = id && (await findTicket(db, id));
      if (ticket === undefined)
        throw new CannotDo(
          'unknown_ticket',
          `There is no ticket ${given}. Use its number, or source:id such as api:T-1.`,
        );
      const version = await modelInForce(db, await currentTaxonomyVersion(db));
      const bytes = version === null ? undefined : await loadLocalModel(db, version);
      if (bytes === undefined)
        throw new CannotDo('no_model', 'No local model was learnt for the taxonomy in force yet.');
      const model = deserialise(bytes);
      const text = readableTicket(ticket);
      const { ranked, subcategory } = predict(model, text) ?? { ranked: [], subcategory: null };
      const categories = ranked.slice(0, SHOWN).map((one) => ({ ...one, words: explain(model, text, one.category) }));
      const calibrated = model.figures?.isFromOutcomes ?? false;
      const rows = categories.map(({ category, confidence, words }) => [
        category,
        confidence.toFixed(3),
        words.map(({ word, weight }) => `${word} ${weight.toFixed(2)}`).join(', '),
      ]);
      const note = calibrated ? '' : '\n\nThe confidence is not calibrated yet: too few labels are known.';
      screen.show(
        { version, subcategory, calibrated, categories },
        rows.length === 0
          ? 'The local model knows nothing in this ticket.'
          : `${table([['category', 'confidence', 'words that speak for it'], ...rows])}${note}`,
      );
    });
}
