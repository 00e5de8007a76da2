import type { z } from 'zod';
import type { FieldError } from './problem.ts';

/** More than this many errors help nobody. */
const MAX_ERRORS = 100;

/** What zod found, field by field, such as `tickets[3].body`; `$` is the whole. `base` names where the value stood. */
export function fieldErrors(error: z.ZodError, base: readonly PropertyKey[] = []): FieldError[] {
  return error.issues.flatMap((issue) => errorsOf(issue, base)).slice(0, MAX_ERRORS);
}

function errorsOf(issue: z.core.$ZodIssue, base: readonly PropertyKey[]): FieldError[] {
  const path = [...base, ...issue.path];
  const field = fieldAt(path);
  if (issue.code === 'invalid_union') {
    // The alternative that came closest says more than that none fits.
    const closest = issue.errors.find((issues) => issues.every(({ code }) => code !== 'invalid_type'));
    return closest?.flatMap((inner) => errorsOf(inner, path)) ?? [{ field, message: expected(issue.errors.flat()) }];
  }
  if (issue.code === 'invalid_type') return [{ field, message: expected([issue]) }];
  if (issue.code === 'invalid_value') {
    const allowed = issue.values.map(String);
    return [{ field, message: `must be one of ${allowed.join(', ')}`, allowed }];
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ field: fieldAt([...path, key]), message: 'is not known here' }));
  }
  return [{ field, message: issue.message }];
}

function expected(issues: readonly z.core.$ZodIssue[]): string {
  const types = issues.flatMap((issue) => (issue.code === 'invalid_type' ? [issue.expected] : []));
  const isMissing = issues.every(({ message }) => message.endsWith('received undefined'));
  return isMissing ? 'is required' : `must be of type ${[...new Set(types)].join(' or ')}`;
}

function fieldAt(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return text === '' ? '$' : text.replace(/^\./, '');
}
