import type { Check } from './check.ts';

/** A server's time and when it was asked for, in milliseconds since 1970. */
export interface ClockReading {
  askedAt: number;
  answeredAt: number;
  serverTime: number;
  /** How finely the server tells its time, in milliseconds. */
  resolutionMs: number;
}

/** Waits, SLA times and price dates may be off by this much unseen; keys and certificates fail far later. */
const MOST_SKEW_MS = 2_000;

/** Compares this machine's clock with a server's; what the way there took, and what the server leaves out, is in favour of the clock. */
export function checkClock(name: string, { askedAt, answeredAt, serverTime, resolutionMs }: ClockReading): Check {
  const early = askedAt - (serverTime + resolutionMs);
  const late = serverTime - answeredAt;
  const skewMs = Math.max(0, early, late);
  if (skewMs <= MOST_SKEW_MS) return { name, status: 'ok', says: `within ${MOST_SKEW_MS / 1_000} s of this machine's` };
  return {
    name,
    status: 'warning',
    says: `${(skewMs / 1_000).toFixed(1)} s ${early > 0 ? 'behind' : 'ahead of'} this machine's`,
    todo: 'Let both machines take their time from NTP, such as chrony or systemd-timesyncd.',
  };
}
