import { z } from 'zod';
import type { DecisionReason } from './decide.ts';
import { NothingReason } from './engine.ts';

/**
 * What outbound webhooks tell. Each decision is told once: `ticket.decided` where an engine predicted something,
 * `ticket.failed` where nothing could be predicted and a person has to decide, `ticket.corrected` where a person decided.
 */
export const OutboundEvent = z.enum(['ticket.decided', 'ticket.corrected', 'ticket.failed']);
export type OutboundEvent = z.infer<typeof OutboundEvent>;

const FAILED: readonly DecisionReason[] = [...NothingReason.options, 'stopped_workers'];

/** The event that tells a decision. */
export function eventOf(reason: DecisionReason): OutboundEvent {
  if (reason === 'corrected' || reason === 'accepted') return 'ticket.corrected';
  return FAILED.includes(reason) ? 'ticket.failed' : 'ticket.decided';
}
