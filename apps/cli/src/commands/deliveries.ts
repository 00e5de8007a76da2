import type { Job } from '@usher/core/jobs';
import {
  type DeliveryFilter,
  findDelivery,
  listDeliveries,
  type ListedDelivery,
  REPLAYED_AT_ONCE,
  replayDeliveries,
} from '@usher/db/list-deliveries';
import { type DeliveryState, deliveryStates } from '@usher/db/schema/operations';
import { parseTicketId } from '@usher/db/ticket-id';
import { type Command, Option } from 'commander';
import { CannotDo } from '../failures.ts';
import { hint } from '../hint.ts';
import { openDatabase } from '../open-database.ts';
import { readMoment, readNumber } from '../read-number.ts';
import { table } from '../screen.ts';
import type { Surroundings } from '../surroundings.ts';

const ACTOR = 'usher deliveries';
/** A replay hints at so many at once; the sweep finds the rest within seconds. */
const HINTED = 100;

interface Chosen {
  state?: DeliveryState;
  source?: string;
  endpoint?: string;
  ticket?: string;
  from?: Date;
  before?: Date;
}

export function addDeliveries(program: Command, surroundings: Surroundings): void {
  const deliveries = program
    .command('deliveries')
    .description('what helpdesks and endpoints were told, and telling it again');
  addShowing(deliveries, surroundings);
  addReplaying(deliveries, surroundings);
}

function addShowing(deliveries: Command, { config, screen }: Surroundings): void {
  withChoice(deliveries.command('list').description('the newest deliveries that fit'))
    .option('--limit <count>', 'most that are shown', readNumber, 50)
    .option('--ticket <ticket>', "of one ticket: Usher's number, or the source and its id: api:T-1")
    .addOption(new Option('--state <state>', 'only those that are so').choices(deliveryStates))
    .addHelpText('after', '\nExample:\n  $ usher deliveries list --state dead --source shop')
    .action(async ({ limit, ...chosen }: Chosen & { limit: number }) => {
      await using database = await openDatabase(config());
      const listed = await listDeliveries(database.db, filterOf(chosen), { limit });
      const heading = ['id', 'event', 'to', 'ticket', 'state', 'attempts', 'last', 'made'];
      screen.show(listed.map(documentOf), table([heading, ...listed.map(rowOf)]));
    });
  deliveries
    .command('show')
    .description('one delivery: how often it was tried, and what came of it')
    .argument('<id>', 'number of the delivery', readNumber)
    .action(async (id: number) => {
      await using database = await openDatabase(config());
      const found = await findDelivery(database.db, id);
      if (found === undefined) throw unknownDelivery(id);
      const document = documentOf(found);
      const rows = Object.entries(document).map(([name, value]) => [name, textOf(value)]);
      screen.show(document, table(rows));
    });
}

function addReplaying(deliveries: Command, { config, screen }: Surroundings): void {
  withChoice(deliveries.command('replay').description('try deliveries again, at once and from the beginning'))
    .argument('[first]', 'number of a delivery, or of the first of a range', readNumber)
    .argument('[last]', 'number of the last of the range', readNumber)
    .option('--all-dead', 'every delivery that was given up and fits the other options')
    .addHelpText(
      'after',
      '\nExamples:\n  $ usher deliveries replay 4711\n  $ usher deliveries replay --all-dead --source shop',
    )
    .action(async (first: number | undefined, last: number | undefined, options: Chosen & { allDead?: boolean }) => {
      const { allDead, ...chosen } = options;
      if ((first === undefined) === (allDead !== true)) {
        throw new CannotDo(
          'no_range',
          'Give the number of a delivery, the first and the last of a range, or --all-dead.',
        );
      }
      // One is tried again whatever became of it; of many, only those that were given up.
      const isOne = first !== undefined && last === undefined;
      const range = { fromId: first, toId: last ?? first, ...(isOne ? {} : { state: 'dead' as const }) };
      await using database = await openDatabase(config());
      const replayed = await replayDeliveries(database.db, { ...filterOf(chosen), ...range }, ACTOR);
      if (isOne && replayed.length === 0) throw unknownDelivery(first);
      await hint(database.queueUrl, replayed.slice(0, HINTED).map(jobOf));
      const mayBeMore = replayed.length === REPLAYED_AT_ONCE;
      const more = mayBeMore ? ' There may be more; run this again.' : '';
      screen.show({ replayed: replayed.length, may_be_more: mayBeMore }, `${replayed.length} due now.${more}`);
    });
}

function withChoice(command: Command): Command {
  return command
    .option('--source <name>', 'only for tickets of this source')
    .option('--endpoint <id>', 'only to this endpoint, or helpdesk for those to helpdesks')
    .option('--from <moment>', 'only those made since', readMoment)
    .option('--before <moment>', 'only those made before', readMoment);
}

function filterOf({ state, source, endpoint, ticket, from, before }: Chosen): DeliveryFilter {
  const ticketId = ticket === undefined ? undefined : parseTicketId(ticket);
  if (ticket !== undefined && ticketId === undefined) {
    throw new CannotDo('unknown_ticket', `There is no ticket ${ticket}. Use its number, or source:id such as api:T-1.`);
  }
  return { state, source, ticket: ticketId, endpoint: endpointOf(endpoint), createdFrom: from, createdBefore: before };
}

function endpointOf(text: string | undefined): DeliveryFilter['endpoint'] {
  return text === undefined || text === 'helpdesk' ? text : readNumber(text);
}

function documentOf(row: ListedDelivery) {
  return {
    id: row.id,
    event: row.event,
    endpoint: row.endpointId,
    source: row.source,
    ticket_id: row.externalId,
    decision: row.decisionId,
    state: row.state,
    attempts: row.attempts,
    due_at: row.state === 'pending' ? row.dueAt : null,
    last_status: row.lastStatus,
    last_error: row.lastError,
    created_at: row.createdAt,
    delivered_at: row.deliveredAt,
  };
}

function rowOf(row: ListedDelivery): string[] {
  const to = row.endpointId === null ? `helpdesk of ${row.source ?? '?'}` : `endpoint ${row.endpointId}`;
  const ticket = row.externalId === null ? '' : `${row.source ?? '?'}:${row.externalId}`;
  const last = row.lastError ?? textOf(row.lastStatus);
  const made = row.createdAt.toISOString().slice(0, 16).replace('T', ' ');
  return [String(row.id), row.event, to, ticket, row.state, String(row.attempts), last, made];
}

function textOf(value: string | number | Date | null): string {
  if (value === null) return '';
  return value instanceof Date ? value.toISOString() : String(value);
}

function jobOf(deliveryId: number): Job {
  return { name: 'deliver', payload: { deliveryId } };
}

function unknownDelivery(id: number): CannotDo {
  return new CannotDo('unknown_delivery', `There is no delivery ${id}. usher deliveries list shows them.`);
}
