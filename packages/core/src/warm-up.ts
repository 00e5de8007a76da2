/** Somebody who is about to send a request with a static part that should be read from Claude's prompt cache. */
export interface Arrival {
  /** The same for requests that share one cache entry: account, model and everything static. */
  prefix: string;
  /** How long it rather waits for the entry than come again later, in milliseconds. */
  patienceMs: number;
  /** Ends the waiting. */
  signal: AbortSignal;
}

/** The right to send one request, which ends with saying whether an answer came: then the entry is there, or used again. */
export interface Turn {
  end(isKept: boolean): Promise<void>;
}

/**
 * Lets one request of the whole fleet write the static part of its prompt to the cache, while those that share it wait: an entry
 * can be read only after the first answer has begun, and every request before that pays for writing it too.
 */
export interface WarmUp {
  /** Resolves when the entry can be read or this one is to write it; throws PromptWarming when another writes it for longer than the patience. */
  enter(arrival: Arrival): Promise<Turn>;
}
