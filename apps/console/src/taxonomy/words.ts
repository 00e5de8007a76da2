import type { Change, Preview } from './types.ts';

/** A measured share with its 95 % interval; all three are null where there is too little data. */
export type Estimate = Preview['changed'];

/** A share as people write it. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(share > 0 && share < 0.0995 ? 1 : 0)} %`;
}

/** A measured share with its interval and what it rests on; says so where that is too little. */
export function estimate({ value, low, high, n }: Estimate): string {
  if (value === null || low === null || high === null) return `too little data (n ${n})`;
  return `${percent(value)} (${percent(low)} to ${percent(high)}, n ${n})`;
}

const WHAT: Record<Change['what'], string> = {
  category: 'category',
  subcategory: 'subcategory',
  title: 'title',
  description: 'description',
  team: 'team',
  priority: 'priority',
  sla_hours: 'SLA hours',
  keyword: 'keyword',
  example: 'example',
  order: 'order',
  fallback: 'fallback',
};

/** What a difference is about, such as `SLA hours`. */
export function whatChanged({ what, before, after }: Change): string {
  if (before === null) return `new ${WHAT[what]}`;
  return after === null ? `${WHAT[what]} removed` : WHAT[what];
}

/** Where a difference is, such as `billing / refund_request`. */
export function whereChanged({ category, subcategory }: Pick<Change, 'category' | 'subcategory'>): string {
  return [category ?? 'the list', ...(subcategory === null ? [] : [subcategory])].join(' / ');
}

/** Something counted, such as `1 change` or `3 changes`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
