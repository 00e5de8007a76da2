import type { Tokens } from './budget/book.ts';
import type { Share } from './budget/rules.ts';
import type { ServerSays } from './budget/server-says.ts';
import type { TokenUsage } from './engine.ts';

/** One call of Claude that somebody wants to make. */
export interface GateCall {
  model: string;
  /** The same whenever it asks again for the same call: its place in the line is kept under it. */
  key: string;
  /** How urgent it is. */
  share: Share;
  /** Whose daily budget pays, beside the one of all; null where no source does. */
  sourceId: number | null;
  /** What it will probably use of the limits a minute: uncached input and output tokens. */
  estimate: Tokens;
  /** What it costs at most, in micro-dollars. */
  worstMicroUsd: number;
  /** How long it rather waits at the gate than come again later, in milliseconds. */
  patienceMs: number;
  /** Ends the waiting. */
  signal: AbortSignal;
}

/** How a call ended, as far as it concerns every other caller too. */
export type CallEnd =
  /** There was an answer, usable or not, and it is paid for. */
  | { kind: 'answered'; usage: TokenUsage; costMicroUsd: number; says: ServerSays }
  /** This one request's content was refused, for nothing; everybody else's is not concerned. */
  | { kind: 'rejected'; says: ServerSays }
  /** Nobody calls for so many milliseconds; at a ramp limit everybody is slower afterwards, too. */
  | { kind: 'rate_limited'; afterMs: number; isRamp: boolean; detail: string; says: ServerSays }
  /** Calling is pointless until somebody acts (configuration) or money is there again. */
  | { kind: 'refused'; reason: 'configuration' | 'money'; detail: string }
  /** Claude's side is in trouble, and said so: nothing was paid. */
  | { kind: 'failed'; detail: string; says: ServerSays }
  /** No whole answer came. What was sent may have run, and may be billed. */
  | { kind: 'lost'; wasSent: boolean; detail: string }
  /** The caller broke it off, after sending it. */
  | { kind: 'aborted' };

/** The right to make one call, which ends with saying how it went. */
export interface Pass {
  end(how: CallEnd): Promise<void>;
}

/** The fleet's common door to Claude: asked before each call, told after it. */
export interface Gate {
  /**
   * Resolves when the call may start: within its patience, or throws a Failure that says how long to wait: `budget_wait`
   * keeps its place in the line, `budget_spent` means that there is no money. Each pass has to be ended once.
   */
  enter(call: GateCall): Promise<Pass>;
}
