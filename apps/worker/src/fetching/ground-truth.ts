import { readGroundTruth } from '@usher/core/connectors/ground-truth';
import type { Outcome } from '@usher/core/connectors/reading';
import { correct } from '@usher/core/correct';
import type { DueFetch, FetchEnd } from '@usher/db/fetches';
import { findTicket } from '@usher/db/find-ticket';
import { recordClose } from '@usher/db/record-close';
import { currentTaxonomy } from '@usher/db/taxonomies';
import type { Deps } from '../deps.ts';
import { hintDeliveries } from '../hint-deliveries.ts';

/** An end may arrive before the text: for so many milliseconds a ticket that is not known is waited for. */
const WAITED_FOR_MS = 3_600_000;
const LOOK_AGAIN_MS = 60_000;

/** Keeps what a ticket's end says about its category as an outcome and as an example. */
export async function keepGroundTruth(
  { source, errand, createdAt }: DueFetch,
  outcome: Outcome,
  { db, mode, enqueue, report }: Pick<Deps, 'db' | 'mode' | 'enqueue' | 'report'>,
): Promise<FetchEnd> {
  const ticket = await findTicket(db, { source: source.name, externalId: errand.externalId });
  if (ticket === undefined) {
    const why = 'this ticket never came';
    const isWaitedFor = Date.now() - createdAt.getTime() < WAITED_FOR_MS;
    return isWaitedFor ? { kind: 'again', dueAt: new Date(Date.now() + LOOK_AGAIN_MS), why } : { kind: 'gone', why };
  }
  const published = await currentTaxonomy(db);
  const truth = published === undefined ? null : readGroundTruth(outcome, published.taxonomy, ticket);
  // Most helpdesks say nothing certain about most tickets.
  if (published === undefined || truth === null) return { kind: 'done' };
  const read = correct({ ...truth, note: null }, published.taxonomy, ticket.category);
  if (read.kind === 'decision') {
    const close = { ticketId: ticket.id, decision: read.decision, actor: source.name, mode };
    const { deliveryIds } = await recordClose(db, close);
    await hintDeliveries(deliveryIds, { enqueue, report });
  }
  return { kind: 'done' };
}
