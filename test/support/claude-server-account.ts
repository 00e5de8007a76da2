import { costMicroUsd, pricesAt } from '@usher/core/price';
import { readPrices } from '@usher/engines/claude/prices';
import type { ClaudeErrorName } from './claude-server-errors.ts';
import { createMeter, type Limits, type Meter, type RampLimit, roomyLimits } from './claude-server-limits.ts';
import type { message } from './claude-server-message.ts';

type Message = ReturnType<typeof message>;

export interface AccountOptions {
  limits?: Limits;
  /** How deep each bucket is, in seconds of its limit; 2 by default. */
  bucketSeconds?: number;
  ramp?: RampLimit;
  /** What may be spent before every further request is refused, in micro-dollars. */
  spendCapMicroUsd?: number;
  /** Told of each request whether it was taken, with the tokens that count. */
  onAdmission?: (admission: { model: string; isTaken: boolean; inputTokens: number; outputTokens: number }) => void;
}

/** What the organisation has used and spent, each model in buckets of its own. */
export interface Account {
  /** Takes a request whose answer is known already; else says how it is refused. */
  admit(answer: Message): { error: ClaudeErrorName; retryAfter?: string } | undefined;
  headers(model: string): Record<string, string>;
}

/** Opens an account with full buckets and nothing spent. */
export function openAccount(options: AccountOptions & { now: () => number }): Account {
  const { limits = roomyLimits, bucketSeconds = 2, ramp, spendCapMicroUsd = Infinity, onAdmission, now } = options;
  const meters = new Map<string, Meter>();
  const prices = readPrices();
  let spentMicroUsd = 0;
  const meterOf = (model: string) => {
    const meter = meters.get(model) ?? createMeter({ limits, bucketSeconds, ramp, now });
    meters.set(model, meter);
    return meter;
  };
  return {
    admit({ model, usage }) {
      if (spentMicroUsd >= spendCapMicroUsd) return { error: 'enforced_spend_limit' };
      const counted = {
        inputTokens: usage.input_tokens + usage.cache_creation_input_tokens,
        outputTokens: usage.output_tokens,
      };
      const admission = meterOf(model).admit(counted);
      onAdmission?.({ model, isTaken: admission.kind === 'taken', ...counted });
      // The header has whole seconds.
      if (admission.kind !== 'taken')
        return { error: admission.kind, retryAfter: String(Math.ceil(admission.retryAfterMs / 1_000)) };
      spentMicroUsd += costMicroUsd(tokensOf(usage), model, pricesAt(prices, now()));
      return undefined;
    },
    headers: (model) => meterOf(model).headers(),
  };
}

function tokensOf(usage: Message['usage']) {
  return {
    inputTokens: usage.input_tokens,
    cacheReadTokens: usage.cache_read_input_tokens,
    cacheWrite5mTokens: usage.cache_creation.ephemeral_5m_input_tokens,
    cacheWrite1hTokens: usage.cache_creation.ephemeral_1h_input_tokens,
    outputTokens: usage.output_tokens,
    serviceTier: usage.service_tier,
  };
}
