import { readFileSync } from 'node:fs';
import type { Failure } from '@usher/core/failure';
import { PriceBook } from '@usher/core/price';
import { parse } from 'yaml';
import { z } from 'zod';

const SHIPPED = new URL('../../prices.yaml', import.meta.url);

/** The price list cannot be read: the file is missing, not YAML, or says something that is no price. */
export class PricesUnreadable extends Error implements Failure {
  override readonly name = 'PricesUnreadable';
  readonly code = 'prices_unreadable';
  readonly retry = 'never';
}

/** Reads dated price lists in dollars per million tokens, the shipped ones by default; throws PricesUnreadable. */
export function readPrices(file: URL | string = SHIPPED): PriceBook {
  const read = PriceBook.safeParse(parseFile(file));
  if (!read.success) throw new PricesUnreadable(`${String(file)}: ${z.prettifyError(read.error)}`);
  return read.data;
}

function parseFile(file: URL | string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new PricesUnreadable(`${String(file)} cannot be read`, { cause });
  }
}
