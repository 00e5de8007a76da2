import type { Config } from '@usher/core/config';
import type { Engine } from '@usher/core/engine';
import { createClaudeEngine } from '@usher/engines/claude';
import { openGate } from '@usher/engines/claude/open-gate';
import { readPrices } from '@usher/engines/claude/prices';

/** Claude for one command, without the fleet's shared budget. */
export function claudeOf(settings: Config): Engine {
  return createClaudeEngine({
    model: settings.USHER_MODEL,
    hardModel: settings.USHER_HARD_MODEL,
    apiKey: settings.ANTHROPIC_API_KEY,
    baseUrl: settings.ANTHROPIC_BASE_URL,
    prices: readPrices(settings.USHER_PRICES),
    gate: openGate(),
  });
}
