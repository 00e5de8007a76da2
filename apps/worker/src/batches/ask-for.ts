import { readableTicket } from '@usher/core/clean/readable-ticket';
import type { SuggestRequest } from '@usher/core/engine';
import type { MemberText } from '@usher/db/batches/members';
import type { BatchParams } from '@usher/engines/claude/batches';
import type { Current } from '../current-release.ts';
import type { LaneDeps } from './lane.ts';

/** What an engine is asked about a member, as on the live path. */
export function suggestRequestOf(member: MemberText, current: Current, deps: LaneDeps): SuggestRequest {
  const ticket = readableTicket(member);
  return {
    ticket,
    caller: { key: `${member.ticketId}-${member.revision}`, lane: 'bulk', sourceId: member.sourceId },
    taxonomy: current.release.taxonomy,
    examples: () => deps.similarExamples({ ticketId: member.ticketId, text: ticket }, current),
    mayWait: true,
    signal: deps.signal,
  };
}

/** The parameters with which Claude is asked about a member, in a batch as live. */
export async function paramsFor(member: MemberText, current: Current, deps: LaneDeps): Promise<BatchParams> {
  const text = readableTicket(member);
  const examples = await deps.similarExamples({ ticketId: member.ticketId, text }, current);
  return deps.batching.claude.build({ text, taxonomy: current.release.taxonomy, examples });
}
