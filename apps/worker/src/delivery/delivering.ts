import type { HelpdeskOptions } from '@usher/helpdesk/helpdesk';
import { type Breaker, createBreaker } from './breaker.ts';
import { createTurnstile, type Turnstile } from './turnstile.ts';

/** What deliveries of one process are made with. Calls go out as the options say, each with a deadline of its own. */
export interface Delivering extends HelpdeskOptions {
  turnstile: Turnstile;
  breaker: Breaker;
  /** Where people reach this service, for links in notes. */
  publicUrl: string | undefined;
}

/** Deliveries at a time to one receiver: a quarter of the places that a worker has for all. */
const TO_ONE_RECEIVER = 4;

/** Makes what deliveries of one process are made with. */
export function createDelivering(calling: HelpdeskOptions, publicUrl: string | undefined): Delivering {
  return { ...calling, turnstile: createTurnstile(TO_ONE_RECEIVER), breaker: createBreaker(), publicUrl };
}
