import { z } from 'zod';
import { CannotDo } from '../failures.ts';
import { FIELDS, type GivenColumns } from './columns.ts';
import { readDate } from './read-date.ts';
import type { ReadRules } from './read-parts.ts';

const Count = z.coerce.number({ error: 'must be a number' }).int('must be a whole number').min(1, 'must be 1 or more');
const Flag = z.boolean().default(false);
const Since = z.string().transform((text, context): Date => {
  const date = readDate(text, 'dmy');
  if (date !== undefined) return date;
  context.addIssue({ code: 'custom', message: 'must be a date such as 2026-01-31' });
  return z.NEVER;
});
const Rename = z
  .string()
  .regex(/^[^=]+=[^=]+$/, 'must be written as "name in the file=category"')
  .transform((text): [string, string] => {
    const [from = '', to = ''] = text.split('=');
    return [from.trim(), to.trim()];
  });

const Options = z.object({
  source: z.string(),
  dryRun: Flag,
  shadow: Flag,
  classify: Flag,
  batch: Flag,
  again: Flag,
  wait: Flag,
  strict: Flag,
  limit: Count.default(Infinity),
  rate: Count.default(Infinity),
  since: Since.optional(),
  priority: z.coerce.number().int().min(-32_768).max(32_767),
  rejects: z.string().optional(),
  label: z.array(Rename).default([]),
  delimiter: z
    .string()
    .transform((text) => (text === '\\t' || text === 'tab' ? '\t' : text))
    .refine((text) => text.length === 1, 'must be one character, or tab')
    .optional(),
  encoding: z.string().refine(isEncoding, 'is not known; try utf-8, utf-16le or windows-1252').optional(),
  dates: z.enum(['dmy', 'mdy']),
});

/** What a backfill was asked to do. */
export interface BackfillSettings {
  source: string;
  isDryRun: boolean;
  isShadow: boolean;
  isLabelledDue: boolean;
  isForBatch: boolean;
  isAgain: boolean;
  isWaiting: boolean;
  priority: number;
  rejects: string | undefined;
  encoding: string | undefined;
  columns: GivenColumns;
  rules: Omit<ReadRules, 'columns' | 'taxonomy'>;
  /** As they were given, to be kept with the backfill. */
  options: Record<string, unknown>;
}

/** Reads the options of the command line. Throws CannotDo that names those that cannot be used. */
export function readSettings(given: Record<string, unknown>): BackfillSettings {
  const read = Options.safeParse(given);
  if (!read.success) {
    const problems = read.error.issues.map(({ path, message }) => `--${kebab(String(path[0]))} ${message}`);
    throw new CannotDo('options_invalid', `${problems.join('; ')}.`);
  }
  if (read.data.batch && read.data.shadow) {
    throw new CannotDo(
      'options_invalid',
      '--batch and --shadow do not go together: what comes out of a batch is acted on. Give one of them.',
    );
  }
  const { label, dates, strict, limit, rate, since, delimiter, ...options } = read.data;
  return {
    source: options.source,
    isDryRun: options.dryRun,
    isShadow: options.shadow,
    isLabelledDue: options.classify,
    isForBatch: options.batch,
    isAgain: options.again,
    isWaiting: options.wait,
    priority: options.priority,
    rejects: options.rejects,
    encoding: options.encoding,
    columns: columnsOf(given),
    rules: { renames: new Map(label), dateOrder: dates, isStrict: strict, limit, rate, since, delimiter },
    options: given,
  };
}

function columnsOf(given: Record<string, unknown>): GivenColumns {
  const columns: GivenColumns = {};
  for (const field of FIELDS) {
    const name = given[field.replace(/_(\w)/, (_, letter: string) => letter.toUpperCase())];
    if (typeof name === 'string') columns[field] = name;
  }
  return columns;
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function isEncoding(name: string): boolean {
  try {
    return new TextDecoder(name).encoding !== '';
  } catch {
    return false;
  }
}
