/** Longest wait that is granted, in seconds. */
export const MAX_WAIT_SECONDS = 30;

/**
 * The seconds that a `Prefer: wait=N` header asks for, at most 30; undefined when it asks for none that can be
 * understood. As RFC 7240 (Prefer Header for HTTP) has it: names without regard to case, values quoted or not, the first
 * of several counts, and whatever cannot be understood is ignored.
 */
export function waitSeconds(header: string | undefined): number | undefined {
  for (const preference of (header ?? '').split(',')) {
    const [assignment = ''] = preference.split(';');
    const [name = '', value = ''] = assignment.split('=').map((part) => part.trim());
    if (name.toLowerCase() !== 'wait') continue;
    const digits = /^"?(\d{1,9})"?$/.exec(value)?.[1];
    return digits === undefined ? undefined : Math.min(Number(digits), MAX_WAIT_SECONDS);
  }
  return undefined;
}
