import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { LabelledTicket } from '@usher/cli/evaluation/lines';
import { readLines } from '@usher/cli/evaluation/read-lines';
import type { Failure } from '@usher/core/failure';

/** Where the sets are looked for unless USHER_BENCH_DATA says otherwise: beside the checkout. */
const BESIDE = resolve(import.meta.dirname, '../../../shared/data');

const NAMES = ['banking77', 'clinc150', 'clinc150_oos', 'endava_it', 'insurance_cookbook'] as const;
type Name = (typeof NAMES)[number];

/** Texts of a public set, in the split that came with it. */
export interface DataSet {
  name: string;
  train: LabelledTicket[];
  test: LabelledTicket[];
}

/** The sets aren't where they were looked for; the message says how to lay them out. */
export class DataMissing extends Error implements Failure {
  readonly code = 'bench_data_missing';
  readonly retry = 'never';

  constructor(folder: string, names: readonly string[]) {
    super(
      `This benchmark needs public sets that Usher does not ship: ${names.join(', ')} are missing in ${folder}.\n` +
        'Set USHER_BENCH_DATA to a folder with NAME/train.jsonl.gz and NAME/test.jsonl.gz for each of\n' +
        `${NAMES.join(', ')}; one JSON object a line: {"id", "subject", "body", "category"}.`,
    );
    this.name = 'DataMissing';
  }
}

/** Finds the sets in the named folder, or beside the checkout. Throws DataMissing. */
export async function openDataSets(named: string | undefined): Promise<{ read: (name: Name) => Promise<DataSet> }> {
  const folder = resolve(named === undefined || named === '' ? BESIDE : named);
  const fileOf = (name: Name, part: string) => join(folder, name, `${part}.jsonl.gz`);
  const missing: string[] = [];
  for (const name of NAMES) {
    const files = await Promise.allSettled(['train', 'test'].map((part) => access(fileOf(name, part))));
    if (files.some(({ status }) => status === 'rejected')) missing.push(name);
  }
  if (missing.length > 0) throw new DataMissing(folder, missing);
  return {
    async read(name) {
      const train = await readLines(fileOf(name, 'train'), LabelledTicket);
      return { name, train, test: await readLines(fileOf(name, 'test'), LabelledTicket) };
    },
  };
}
