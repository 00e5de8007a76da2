import { z } from 'zod';
import { FIELDS } from './columns.ts';

/** Flags by which the same file becomes other tickets, or other work; the rest may change from run to run. */
const MEANING = ['shadow', 'classify', 'batch', 'since', 'label', 'priority', 'delimiter', 'encoding', 'dates'];

const Flags = z.record(z.string(), z.unknown());

/** The flags that a backfill began with otherwise than they are given now, as they are written. */
export function changedFlags(began: unknown, now: Readonly<Record<string, unknown>>): string[] {
  const before = Flags.catch({}).parse(began);
  const names = [...MEANING, ...FIELDS.map((field) => field.replace('_', '-'))];
  return names.filter((name) => valueOf(before, name) !== valueOf(now, name)).map((name) => `--${name}`);
}

/** Without a difference between a flag that is off and one that is not given. */
function valueOf(flags: Readonly<Record<string, unknown>>, name: string): string {
  const key = name.replace(/-(\w)/, (_, letter: string) => letter.toUpperCase());
  const value = flags[key];
  return JSON.stringify(value === undefined || value === false ? null : value);
}
