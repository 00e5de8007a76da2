/** How one thing stands that Usher needs. */
export interface Check {
  name: string;
  status: 'ok' | 'warning' | 'failed';
  /** What was found. */
  says: string;
  /** What to do about it, where it is not ok. */
  todo?: string;
}

/** The worst of them. */
export function worstOf(checks: readonly Check[]): Check['status'] {
  return (['failed', 'warning'] as const).find((status) => checks.some((check) => check.status === status)) ?? 'ok';
}

/** What an error says, for a person. */
export function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  // A connection that is refused on every address of a name is an error without a message of its own.
  const [first] = thrown instanceof AggregateError ? thrown.errors : [];
  const own = thrown.message === '' && first instanceof Error ? first.message : thrown.message;
  return thrown.cause instanceof Error && thrown.cause.message !== '' ? `${own} (${thrown.cause.message})` : own;
}
