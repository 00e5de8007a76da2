import type { Change } from './types.ts';

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
