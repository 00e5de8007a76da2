import type { MemberFacts } from '@usher/db/batches/members';
import { type Settled, type Settlement, type Settling, settleMembers } from '@usher/db/batches/settle-members';
import type { Revision } from '@usher/db/work';
import { hintDeliveries } from '../hint-deliveries.ts';
import { outlast } from '../outlast.ts';
import type { LaneDeps } from './lane.ts';

/** A settlement with what it was decided about. */
export interface Judged {
  facts: MemberFacts;
  settlement: Settlement;
}

/** Writes down what became of some members, tells of their decisions, and hints at the deliveries. */
export async function settle(settling: Settling, judged: readonly Judged[], deps: LaneDeps): Promise<void> {
  if (judged.length === 0) return;
  const settlements = judged.map(({ settlement }) => settlement);
  const settled = await outlast(() => settleMembers(deps.db, settling, settlements), deps.signal);
  const facts = new Map(judged.map((one) => [one.facts.ticketId, one.facts]));
  for (const one of settled) tell(one, facts.get(one.ticketId), deps);
  await hintDeliveries(
    settled.flatMap(({ deliveryIds = [] }) => deliveryIds),
    deps,
  );
}

function tell(
  { ticketId, revision, outcome, calls, won }: Settled,
  facts: MemberFacts | undefined,
  deps: LaneDeps,
): void {
  if (outcome === null || facts === undefined) return;
  const place = { ticketId, revision, lane: 'bulk', ageMs: Date.now() - facts.revisedAt.getTime() } as const;
  const costMicroUsd = calls.reduce((sum, call) => sum + call.costMicroUsd, 0);
  const { action, reason } = outcome.decision;
  deps.report(
    won === true
      ? { kind: 'ticket_decided', ...place, action, reason, costMicroUsd }
      : { kind: 'ticket_decided_before', ...place },
  );
}

/** Pairs members with their facts, for those that still wait. */
export function matched<Item extends Revision>(
  items: readonly Item[],
  facts: readonly MemberFacts[],
): { item: Item; facts: MemberFacts }[] {
  const byName = new Map(facts.map((one) => [`${one.ticketId}-${one.revision}`, one]));
  return items.flatMap((item) => {
    const found = byName.get(`${item.ticketId}-${item.revision}`);
    return found === undefined ? [] : [{ item, facts: found }];
  });
}
