import { readFile } from 'node:fs/promises';
import { Taxonomy } from '@usher/core/taxonomy';
import { LineCounter, parseDocument } from 'yaml';
import { CannotDo } from './failures.ts';

/** Reads and checks a taxonomy file. Throws CannotDo that lists every problem with its line. */
export async function readTaxonomyFile(path: string): Promise<Taxonomy> {
  const lines = new LineCounter();
  const document = parseDocument(await readText(path), { lineCounter: lines, prettyErrors: true });
  if (document.errors.length > 0) {
    throw new CannotDo(
      'taxonomy_unreadable',
      `${path} is not valid YAML:\n${list(document.errors.map((error) => error.message))}`,
    );
  }
  const read = Taxonomy.safeParse(document.toJS());
  if (read.success) return read.data;
  const problems = read.error.issues.map((issue) => {
    const line = lineOf(issue.path.map(String));
    const place = issue.path.length === 0 ? 'the file' : issue.path.join('.');
    return line === undefined ? `${place}: ${issue.message}` : `line ${line}, ${place}: ${issue.message}`;
  });
  throw new CannotDo('taxonomy_invalid', `${path} cannot be used:\n${list(problems)}`);

  /** Line of the innermost part of the path that the file has. */
  function lineOf(place: readonly string[]): number | undefined {
    for (let depth = place.length; depth > 0; depth -= 1) {
      const node = document.getIn(place.slice(0, depth), true);
      if (node !== null && typeof node === 'object' && 'range' in node && Array.isArray(node.range)) {
        const start: unknown = node.range[0];
        if (typeof start === 'number') return lines.linePos(start).line;
      }
    }
    return undefined;
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CannotDo(
      'taxonomy_unreadable',
      `${path} cannot be read (${reason}). Name another file or set USHER_TAXONOMY.`,
    );
  }
}

function list(problems: readonly string[]): string {
  return problems.map((problem) => `  - ${problem}`).join('\n');
}
