import { readParts, type ReadRules } from './read-parts.ts';
import type { TextFile } from './read-text.ts';
import { type Shown, showUnknown } from './show.ts';

/** Rejects that are shown; whoever has more has one mistake many times. */
const MOST_SHOWN = 10;

/** Reads a whole file as a backfill would, and tells what would come of it. */
export async function dryRun(file: TextFile, rules: ReadRules): Promise<Shown> {
  const counts = { read: 0, tickets: 0, labelled: 0, skipped: 0, refused: 0 };
  const rejects: { line: number; reason: string }[] = [];
  const unknownLabels = new Map<string, number>();
  for await (const part of readParts(file, rules, 0)) {
    counts.read = part.to;
    counts.tickets += part.rows.length;
    counts.labelled += part.rows.filter(({ label }) => label !== null).length;
    counts.skipped += part.skipped;
    counts.refused += part.refused;
    for (const label of part.unknownLabels) unknownLabels.set(label, (unknownLabels.get(label) ?? 0) + 1);
    for (const { line, reason } of part.rejects) if (rejects.length < MOST_SHOWN) rejects.push({ line, reason });
  }
  const unknown = Object.fromEntries(unknownLabels);
  const lines = [
    `${file.file}: ${counts.read} records read, nothing stored.`,
    `${counts.tickets} tickets, ${counts.labelled} with a label, ${counts.skipped} passed over, ${counts.refused} not usable.`,
    ...rejects.map(({ line, reason }) => `  ${file.file}:${line}: ${reason}`),
    ...showUnknown(unknownLabels),
  ];
  return { document: { file: file.file, ...counts, rejects, unknown_labels: unknown }, text: lines.join('\n') };
}
