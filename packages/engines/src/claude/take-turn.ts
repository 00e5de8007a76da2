import type Anthropic from '@anthropic-ai/sdk';
import type { Turn } from '@usher/core/warm-up';
import type { CallTools, Errand } from './call.ts';
import { GateClosed, SuggestAborted } from './failures.ts';
import { prefixOf } from './request.ts';

/** How long a ticket waits for another that writes the prompt to the cache; one that may not come again goes without it. */
const PATIENCE_MS = { again: 1_000, last: 5_000 } as const;

/**
 * Waits until the static part of a request can be read from the prompt cache, or it is this one's turn to write it. Undefined
 * where it goes without either; throws GateClosed where it should come again a moment later.
 */
export async function takeTurn(
  request: Anthropic.MessageCreateParamsNonStreaming,
  { purpose, mayWait, signal }: Pick<Errand, 'purpose' | 'mayWait' | 'signal'>,
  { warmUp, account }: Pick<CallTools, 'warmUp' | 'account'>,
): Promise<Turn | undefined> {
  const mayComeAgain = mayWait && purpose === 'first';
  const patienceMs = mayComeAgain ? PATIENCE_MS.again : PATIENCE_MS.last;
  try {
    return await warmUp?.enter({ prefix: prefixOf(request, account), patienceMs, signal });
  } catch (cause) {
    if (signal.aborted) throw new SuggestAborted();
    if (mayComeAgain) throw new GateClosed(cause);
    return undefined;
  }
}
