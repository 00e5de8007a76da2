import { z } from 'zod';
import type { Suggestion } from './suggestion.ts';
import type { Taxonomy } from './taxonomy.ts';
import type { Lane, TicketText } from './ticket.ts';

/** Engines that an operator can choose. */
export const EngineName = z.enum(['cascade', 'claude', 'local']);
export type EngineName = z.infer<typeof EngineName>;

/** When the hard model is asked: only after a failure of the ordinary one, or where its answer is doubtful too. */
export const Escalation = z.enum(['doubt', 'failure']);
export type Escalation = z.infer<typeof Escalation>;

/** A labelled text that teaches engines. */
export interface Example {
  subject: string;
  body: string;
  category: string;
  subcategory: string | null;
  /** How much it counts in training: 1 for a person's word, less for an engine's own. */
  weight: number;
}

/** For whom a suggestion is made. */
export interface Caller {
  /** The same whenever it asks again, such as ticket and revision: its places in the shared budget are kept under it. */
  key: string;
  /** Whether somebody waits for it. */
  lane: Lane;
  /** Whose daily budget pays, beside the one of all; null where no source does. */
  sourceId: number | null;
}

/** An answer that was given to the same text not long ago, and that nobody corrected. */
export interface EarlierAnswer {
  /** Number of the classification. */
  id: number;
  model: string;
  suggestion: Suggestion;
}

/** What is known about a text from when it came before. */
export interface Memory {
  /** By which the text is recognised when it comes again. */
  textHash: string;
  recall(): Promise<EarlierAnswer | undefined>;
}

export interface SuggestRequest {
  caller: Caller;
  ticket: TicketText;
  taxonomy: Taxonomy;
  /** Similar labelled texts for the prompt, at most a handful, or how to find them, which only an engine that shows them does. */
  examples: readonly Example[] | (() => Promise<readonly Example[]>);
  /** What was said about this very text before; absent where every text is asked about anew. */
  memory?: Memory | undefined;
  /** Tells of the ordinary model's suggestion whether the hard model should be asked too; absent means never. */
  isDoubtful?: ((suggestion: Suggestion) => boolean) | undefined;
  /** False when the ticket has waited as long as it may: answer now with what is at hand. */
  mayWait: boolean;
  /** Aborts the work, for example at shutdown. */
  signal: AbortSignal;
}

/** Why an engine has no suggestion. All of them end with a person. */
export const NothingReason = z.enum([
  'refused',
  'truncated',
  'unusable',
  'content_rejected',
  'unavailable',
  'budget_spent',
  'not_trained',
]);
export type NothingReason = z.infer<typeof NothingReason>;

/** Tokens of one model call, as the provider counted them. */
export interface TokenUsage {
  inputTokens: number;
  cacheReadTokens: number;
  cacheWrite5mTokens: number;
  cacheWrite1hTokens: number;
  outputTokens: number;
  serviceTier: string | null;
}

/** How one call of a model, or one prediction of the local model, ended. */
export type CallOutcome = 'suggested' | Exclude<NothingReason, 'unavailable' | 'budget_spent' | 'not_trained'>;

/** One answer that was received and, where it has a price, paid for; recorded whether usable or not. */
export interface EngineCall {
  engine: 'claude' | 'local';
  model: string;
  outcome: CallOutcome;
  suggestion: Suggestion | null;
  usage: TokenUsage | null;
  /** Price in millionths of a US dollar. */
  costMicroUsd: number;
  durationMs: number;
  requestId: string | null;
  /** Hash of the text that was read, by which the same text is recognised when it comes again. */
  textHash?: string;
  /** Number of the earlier answer to the same text that was taken over without a call; absent for an answer of its own. */
  reusedFrom?: number;
}

export type EngineAnswer =
  | {
      kind: 'suggested';
      suggestion: Suggestion;
      /** Set when a weaker engine had to answer in place of the one that should have. An agent confirms such a suggestion. */
      standIn: 'claude_unavailable' | 'budget_spent' | null;
      calls: EngineCall[];
    }
  | { kind: 'nothing'; reason: NothingReason; calls: EngineCall[] };

/**
 * Anything that suggests a category. It throws a Failure for what the infrastructure did (the ticket waits and is tried
 * again) and answers `nothing` for what the content did or for what cannot wait.
 */
export interface Engine {
  readonly name: EngineName;
  suggest(request: SuggestRequest): Promise<EngineAnswer>;
}
