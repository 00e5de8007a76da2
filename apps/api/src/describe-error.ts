import { isFailure } from '@usher/core/failure';

/** A thrown thing as it may stand in a log. */
export interface DescribedError {
  name: string;
  code?: string;
  message?: string;
  at?: string[];
  cause?: DescribedError;
}

const FRAMES = 8;

/**
 * Describes a thrown thing and its causes for the log. What a database or its driver says is left out but for its code:
 * it may quote the statement's values, and those are ticket text.
 */
export function describeError(thrown: unknown): DescribedError {
  if (!(thrown instanceof Error)) return { name: typeof thrown, message: typeof thrown === 'string' ? thrown : '' };
  return {
    name: thrown.name,
    ...('code' in thrown && typeof thrown.code === 'string' && { code: thrown.code }),
    ...(!mayQuote(thrown) && { message: thrown.message }),
    ...(!isFailure(thrown) && { at: framesOf(thrown) }),
    ...(thrown.cause !== undefined && { cause: describeError(thrown.cause) }),
  };
}

function mayQuote(thrown: Error): boolean {
  return ['query', 'params', 'severity'].some((mark) => mark in thrown);
}

function framesOf({ stack = '' }: Error): string[] {
  const frames = stack.split('\n').map((line) => line.trim());
  return frames.filter((line) => /^at .*:\d+:\d+\)?$/.test(line)).slice(0, FRAMES);
}
