import { isFailure } from './failure.ts';

/** An error as it may be logged. */
export interface DescribedError {
  name: string;
  code?: string;
  at?: string[];
  cause?: DescribedError;
}

const MAX_FRAMES = 8;

/**
 * Describes any thrown thing without its message: a message may quote a ticket, as those of a failed statement do. The
 * code of a failure says what happened; for anything else there is where it happened.
 */
export function describeError(thrown: unknown): DescribedError {
  if (!(thrown instanceof Error)) return { name: typeof thrown };
  const described: DescribedError = { name: thrown.name };
  if ('code' in thrown && typeof thrown.code === 'string') described.code = thrown.code;
  if (!isFailure(thrown)) described.at = framesOf(thrown);
  if (thrown.cause !== undefined) described.cause = describeError(thrown.cause);
  return described;
}

/** What to call a thrown thing in a counter. */
export function codeOf(thrown: unknown): string {
  if (isFailure(thrown)) return thrown.code;
  return thrown instanceof Error ? thrown.name : typeof thrown;
}

function framesOf({ stack = '' }: Error): string[] {
  const frames = stack.split('\n').filter((line) => /^ {4}at /.test(line));
  return frames.slice(0, MAX_FRAMES).map((line) => line.trim());
}
