/** Headers of an answer, as each vendor tells its limit: what is left, and how long to wait when nothing is. */
type LimitHeaders = (left: { limit: number; remaining: number; seconds: number; now: Date }) => Record<string, string>;

/** How each vendor tells about its rate limit, by the name of its connector. */
export const limitHeaders: Readonly<Record<string, LimitHeaders>> = {
  chatwoot: ({ remaining, seconds }) => retryAfter(remaining, seconds),
  freshdesk: ({ limit, remaining, seconds }) => ({
    'x-ratelimit-total': String(limit),
    'x-ratelimit-remaining': left(remaining),
    ...retryAfter(remaining, seconds),
  }),
  front: ({ limit, remaining, seconds, now }) => ({
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': left(remaining),
    'x-ratelimit-reset': (now.getTime() / 1_000 + seconds).toFixed(3),
  }),
  gorgias: ({ limit, remaining, seconds }) => ({
    'x-gorgias-account-api-call-limit': `${limit - Math.max(remaining, 0)}/${limit}`,
    ...retryAfter(remaining, seconds),
  }),
  helpscout: ({ limit, remaining, seconds }) => ({
    'x-ratelimit-limit-minute': String(limit),
    'x-ratelimit-remaining-minute': left(remaining),
    ...(remaining < 0 ? { 'x-ratelimit-retry-after': String(seconds) } : {}),
  }),
  hubspot: ({ limit, remaining, seconds }) => ({
    'x-hubspot-ratelimit-max': String(limit),
    'x-hubspot-ratelimit-remaining': left(remaining),
    'x-hubspot-ratelimit-interval-milliseconds': String(seconds * 1_000),
  }),
  intercom: ({ limit, remaining, seconds, now }) => ({
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': left(remaining),
    'x-ratelimit-reset': String(Math.ceil(now.getTime() / 1_000) + seconds),
  }),
  jira: ({ limit, remaining, seconds, now }) => ({
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': left(remaining),
    'x-ratelimit-reset': new Date(now.getTime() + seconds * 1_000).toISOString(),
    ...retryAfter(remaining, seconds),
  }),
  zammad: () => ({}),
  zendesk: ({ limit, remaining, seconds }) => ({
    'x-rate-limit': String(limit),
    'x-rate-limit-remaining': left(remaining),
    ...retryAfter(remaining, seconds),
  }),
};

function left(remaining: number): string {
  return String(Math.max(remaining, 0));
}

function retryAfter(remaining: number, seconds: number): Record<string, string> {
  return remaining < 0 ? { 'retry-after': String(seconds) } : {};
}
