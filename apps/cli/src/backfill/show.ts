import type { Backfill } from '@usher/db/backfill/backfills';
import type { Imported } from './import-file.ts';

/** A result for programs and for people. */
export interface Shown {
  document: Record<string, unknown>;
  text: string;
}

const MOST_LABELS = 10;

interface Import {
  backfill: Backfill;
  /** As it was before this run. */
  before: Backfill;
  imported: Imported;
  rejectPath: string;
  seconds: number;
}

/** What came of a file. */
export function showImport({ backfill, before, imported, rejectPath, seconds }: Import): Shown {
  const { id, file, position, created, revised, duplicate, labelled, skipped, refused } = backfill;
  const rejects = refused > 0 ? rejectPath : null;
  const rate = Math.round((position - before.position) / seconds);
  const counts = { read: position, created, revised, duplicate, labelled, skipped, refused };
  const lines = [
    `${file}: ${position} records read (backfill ${id}), ${rate}/s.${ENDS[imported.end]}`,
    `${created} new tickets, ${revised} revised, ${duplicate} known; ${labelled} with a label, ${skipped} passed over, ${refused} not usable.`,
    ...(rejects === null ? [] : [`What could not be used is in ${rejects}.`]),
    ...showUnknown(imported.unknownLabels),
  ];
  const unknown = Object.fromEntries(imported.unknownLabels);
  const document = { backfill: id, file, end: imported.end, ...counts, rejects, unknown_labels: unknown, seconds };
  return { document, text: lines.join('\n') };
}

const ENDS: Record<Imported['end'], string> = {
  whole: '',
  limit: ' The limit is reached; the same command without it goes on here.',
  cancelled: ' It was cancelled.',
};

/** Labels that the taxonomy does not have, the most frequent first. */
export function showUnknown(labels: ReadonlyMap<string, number>): string[] {
  if (labels.size === 0) return [];
  const listed = [...labels].toSorted(([, one], [, other]) => other - one).slice(0, MOST_LABELS);
  const names = listed.map(([name, count]) => `"${name}" (${count})`).join(', ');
  return [`Categories that the taxonomy lacks: ${names}. Rename them with --label "NAME=CATEGORY".`];
}
