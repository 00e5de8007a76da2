import { SourceName } from '@usher/core/source-name';
import { CannotDo } from './failures.ts';

/** Reads the name of a source from the command line. Throws CannotDo that says what is allowed. */
export function readSourceName(text: string): string {
  const read = SourceName.safeParse(text);
  if (read.success) return read.data;
  const what = `"${text}" cannot name a source: it ${read.error.issues[0]?.message ?? 'is not allowed'}.`;
  throw new CannotDo('source_name_invalid', what);
}
