import type { TicketDraft } from '@usher/core/ticket';
import type { StoredTicket } from '@usher/db/find-ticket';
import type { Receipt } from '@usher/db/arrival';
import type { Context } from 'hono';
import type { Deps } from '../deps.ts';
import type { Guarded } from '../guard.ts';
import { MAX_WAIT_SECONDS, waitSeconds } from '../prefer.ts';

/** How the OpenAPI document describes that a sender may wait. */
export const preferWait = {
  name: 'Prefer',
  in: 'header' as const,
  required: false,
  description: `\`wait=N\` waits up to N seconds, ${MAX_WAIT_SECONDS} at most, for the decision. What cannot be understood is ignored.`,
  schema: { type: 'string' as const },
  example: 'wait=10',
};

/** A ticket that is stored, and its decision if the sender waited for it and it came in time. */
export interface Received {
  receipt: Receipt;
  decided: StoredTicket | undefined;
}

/** Stores one ticket of the key's source and, where the sender prefers so, waits for its decision. */
export async function receiveTicket(c: Context<Guarded>, deps: Deps, draft: TicketDraft): Promise<Received> {
  const receipt = await deps.intake.receive({ sourceId: c.var.grant.sourceId, lane: 'live', draft });
  c.var.leave?.();
  const seconds = waitSeconds(c.req.header('prefer'));
  if (seconds === undefined) return { receipt, decided: undefined };
  c.header('Preference-Applied', `wait=${seconds}`);
  const options = { forMs: seconds * 1_000, caller: c.req.raw.signal };
  return { receipt, decided: await deps.waiting.decision(receipt.ticketId, options) };
}
