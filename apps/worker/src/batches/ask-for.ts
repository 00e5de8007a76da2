import { readableTicket } from '@usher/core/clean/readable-ticket';
import type { EngineAnswer, EngineCall, SuggestRequest } from '@usher/core/engine';
import type { MemberText } from '@usher/db/batches/members';
import type { BatchParams } from '@usher/engines/claude/batches';
import { answeredClaude, ClaudeWanted, unaskedClaude } from '@usher/engines/claude/stand-ins';
import { requestFor } from '../ask-engine.ts';
import type { Current } from '../current-release.ts';
import type { LaneDeps } from './lane.ts';

/** What an engine is asked about a member, as on the live path. */
export function suggestRequestOf(member: MemberText, current: Current, deps: LaneDeps): SuggestRequest {
  return { ...requestFor({ ...member, lane: 'bulk' }, current, deps), mayWait: true, signal: deps.signal };
}

/** The parameters with which Claude is asked about a member, in a batch as live. */
export async function paramsFor(member: MemberText, current: Current, deps: LaneDeps): Promise<BatchParams> {
  const text = readableTicket(member);
  const examples = await deps.similarExamples({ ticketId: member.ticketId, text }, current);
  return deps.batching.claude.build({ text, taxonomy: current.release.taxonomy, examples });
}

/** What the engine in force says of a member without asking Claude; null where Claude is to be asked. */
export async function askWithoutClaude(
  member: MemberText,
  current: Current,
  deps: LaneDeps,
): Promise<EngineAnswer | null> {
  return unlessWanted(() => current.around(unaskedClaude).suggest(suggestRequestOf(member, current, deps)));
}

/**
 * What the engine in force makes of an answer that Claude gave elsewhere, as it would have live: null where Claude is
 * wanted again, because the answer is none or is doubtful. The answer was paid for, so it is among the calls in any case.
 */
export async function askAfterClaude(
  { member, record }: { member: MemberText; record: EngineCall },
  current: Current,
  deps: LaneDeps,
): Promise<EngineAnswer | null> {
  const request = suggestRequestOf(member, current, deps);
  const answer = await unlessWanted(() => current.around(answeredClaude(record)).suggest(request));
  if (answer === null || answer.calls.some(({ engine }) => engine === 'claude')) return answer;
  return { ...answer, calls: [...answer.calls, record] };
}

async function unlessWanted(ask: () => Promise<EngineAnswer>): Promise<EngineAnswer | null> {
  try {
    return await ask();
  } catch (thrown) {
    if (thrown instanceof ClaudeWanted) return null;
    throw thrown;
  }
}
