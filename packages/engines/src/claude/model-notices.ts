import type Anthropic from '@anthropic-ai/sdk';
import { withoutDate } from '@usher/core/price';
import { createClient } from './client.ts';
import { translateError } from './translate-error.ts';

/** What an operator should know about a model before relying on it. Times are RFC 3339. */
export type ModelNotice =
  | { kind: 'unknown'; model: string }
  | { kind: 'retired'; model: string }
  | { kind: 'retiring'; model: string; retiresAt: string | null };

export interface ModelNoticesOptions {
  models: readonly string[];
  apiKey: string | undefined;
  baseUrl: string | undefined;
  /** For the whole list of models. */
  deadlineMs?: number;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/**
 * Asks the API which of the models are gone, going or unknown to it; says nothing of those in good order. It costs
 * nothing, so that a start can warn before the first ticket fails. Throws a ClaudeFailure if the API does not answer.
 */
export async function modelNotices(options: ModelNoticesOptions): Promise<ModelNotice[]> {
  const { models, apiKey, baseUrl, deadlineMs = 10_000, now = Date.now } = options;
  const client = createClient({ apiKey, baseUrl, connections: 1 });
  try {
    const known = await client.models
      .list(
        { lifecycle: ['active', 'deprecated', 'retired'], limit: 1_000 },
        { signal: AbortSignal.timeout(deadlineMs) },
      )
      .then((page) => page.data);
    return [...new Set(models)].flatMap((model) => noticeOf(model, known));
  } catch (thrown) {
    throw translateError(thrown, now());
  }
}

function noticeOf(model: string, known: readonly Anthropic.ModelInfo[]): ModelNotice[] {
  // The list may name a model only by its dated snapshot.
  const found = known.find(({ id }) => id === model) ?? known.find(({ id }) => withoutDate(id) === model);
  if (found === undefined) return [{ kind: 'unknown', model }];
  switch (found.lifecycle) {
    case 'active':
      return [];
    case 'deprecated':
      return [{ kind: 'retiring', model, retiresAt: found.retires_at }];
    case 'retired':
      return [{ kind: 'retired', model }];
  }
}
