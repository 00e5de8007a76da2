import type Anthropic from '@anthropic-ai/sdk';
import { withoutDate } from '@usher/core/price';
import { createClient } from './client.ts';
import { translateError } from './translate-error.ts';

/** What an operator should know about a model before relying on it. Times are RFC 3339. */
export type ModelNotice =
  | { kind: 'unknown'; model: string }
  | { kind: 'retired'; model: string; retiresAt: string | null; instead: string[] }
  | { kind: 'retiring'; model: string; retiresAt: string | null; instead: string[] };

export interface ModelNoticesOptions {
  models: readonly string[];
  apiKey: string | undefined;
  baseUrl: string | undefined;
  /** For the whole list of models. */
  deadlineMs?: number;
  /** Milliseconds since 1970. */
  now?: () => number;
}

export interface LookAtModels {
  notices: ModelNotice[];
  /** The server's clock, in milliseconds since 1970; null if it does not tell. */
  serverTime: number | null;
}

/** How long before a model's end it is worth saying so: time to try another one, and to compare them. */
const NOTICE_MS = 60 * 86_400_000;

/**
 * Asks the API which of the models are gone, going within 60 days or unknown to it, and names those of the same line that stay; says
 * nothing of those in good order. It costs nothing, so that a start can tell before the first ticket fails. Throws a
 * ClaudeFailure if the API does not answer.
 */
export async function lookAtModels(options: ModelNoticesOptions): Promise<LookAtModels> {
  const { models, apiKey, baseUrl, deadlineMs = 10_000, now = Date.now } = options;
  const client = createClient({ apiKey, baseUrl, connections: 1 });
  try {
    const { data: page, response } = await client.models
      .list(
        { lifecycle: ['active', 'deprecated', 'retired'], limit: 1_000 },
        { signal: AbortSignal.timeout(deadlineMs) },
      )
      .withResponse();
    const serverTime = Date.parse(response.headers.get('date') ?? '');
    return {
      notices: [...new Set(models)].flatMap((model) => noticeOf(model, page.data, now())),
      serverTime: Number.isNaN(serverTime) ? null : serverTime,
    };
  } catch (thrown) {
    throw translateError(thrown, now());
  }
}

function noticeOf(model: string, known: readonly Anthropic.ModelInfo[], now: number): ModelNotice[] {
  // The list may name a model only by its dated snapshot.
  const found = known.find(({ id }) => id === model) ?? known.find(({ id }) => withoutDate(id) === model);
  if (found === undefined) return [{ kind: 'unknown', model }];
  const { retires_at: retiresAt, lifecycle } = found;
  const leftMs = retiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(retiresAt) - now;
  const notice = { model, retiresAt, instead: successorsOf(found, known) };
  if (lifecycle === 'retired' || leftMs <= 0) return [{ kind: 'retired', ...notice }];
  // A model that is on its way out without a date may go any day.
  const isGoing = leftMs <= NOTICE_MS || (lifecycle === 'deprecated' && retiresAt === null);
  return isGoing ? [{ kind: 'retiring', ...notice }] : [];
}

/** Models of the same line that stay, newest first as the API lists them. */
function successorsOf({ line }: Anthropic.ModelInfo, known: readonly Anthropic.ModelInfo[]): string[] {
  return known.filter((other) => other.lifecycle === 'active' && other.line === line).map(({ id }) => id);
}
