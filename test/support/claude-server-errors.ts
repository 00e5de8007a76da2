/** An error answer of the Claude API: its status and the body's `error` object, with headers where they belong to it. */
export interface ClaudeError {
  status: number;
  type: string;
  message: string;
  /** `error.details.error_code`, the stable name of the cause. */
  errorCode?: string;
  retryAfter?: string | undefined;
}

/** Every error that a caller of `/v1/messages` has to tell apart. */
export const claudeErrors = {
  rate_limit: {
    status: 429,
    type: 'rate_limit_error',
    message: "This request would exceed your organization's rate limit of requests per minute.",
    retryAfter: '7',
  },
  ramp_limit: {
    status: 429,
    type: 'rate_limit_error',
    message: 'This request would exceed a ramp limit.',
    errorCode: 'ramp_limit_exceeded',
    retryAfter: '20',
  },
  enforced_spend_limit: {
    status: 429,
    type: 'rate_limit_error',
    message: 'Your organization has crossed its monthly API usage threshold.',
    errorCode: 'enforced_spend_limit_reached',
  },
  contract_spend_limit: {
    status: 429,
    type: 'rate_limit_error',
    message: 'Your organization has reached the spend limit of its contract.',
    errorCode: 'contract_spend_limit_reached',
  },
  own_spend_limit: {
    status: 400,
    type: 'invalid_request_error',
    message: 'You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.',
  },
  organization_on_hold: {
    status: 400,
    type: 'invalid_request_error',
    message: 'This organization has been disabled.',
    errorCode: 'organization_on_hold',
  },
  invalid_request: { status: 400, type: 'invalid_request_error', message: 'messages.2: Input could not be processed.' },
  authentication: { status: 401, type: 'authentication_error', message: 'invalid x-api-key' },
  billing: { status: 402, type: 'billing_error', message: 'Your credit balance is too low.' },
  permission: { status: 403, type: 'permission_error', message: 'Your API key may not use this model.' },
  not_found: { status: 404, type: 'not_found_error', message: 'model: claude-sonnet-4-20250514' },
  request_timeout: { status: 408, type: 'timeout_error', message: 'Request timed out.' },
  conflict: { status: 409, type: 'api_error', message: 'Conflict.' },
  too_large: { status: 413, type: 'invalid_request_error', message: 'Request exceeds the maximum size.' },
  internal: { status: 500, type: 'api_error', message: 'Internal server error' },
  unavailable: { status: 503, type: 'api_error', message: 'Service unavailable' },
  gateway_timeout: { status: 504, type: 'timeout_error', message: 'Request timed out.' },
  overloaded: { status: 529, type: 'overloaded_error', message: 'Overloaded' },
} as const satisfies Record<string, ClaudeError>;

export type ClaudeErrorName = keyof typeof claudeErrors;

/** Tells whether a word names one of the errors. */
export function isClaudeErrorName(name: string): name is ClaudeErrorName {
  return Object.hasOwn(claudeErrors, name);
}

/** The body of an error answer, as the API writes it. */
export function errorBody({ type, message, errorCode }: ClaudeError, requestId: string) {
  const details = errorCode === undefined ? {} : { details: { error_code: errorCode } };
  return { type: 'error', error: { type, message, ...details }, request_id: requestId };
}
