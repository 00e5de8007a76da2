import type { InferResponseType } from 'hono/client';
import type { v1 } from '../api/client.ts';
import type { Item } from './item.ts';

/** A category as the taxonomy in force has it. */
export type Category = InferResponseType<(typeof v1.taxonomy)['$get'], 200>['categories'][number];

/** The categories as an agent wants them: what the engine thinks likeliest first, the others as in the taxonomy. */
export function orderChoices(categories: readonly Category[], { suggested }: Item): Category[] {
  const likely = [suggested?.category, ...(suggested?.alternatives ?? []).map(({ category }) => category)];
  const rank = ({ key }: Category) => {
    const at = likely.indexOf(key);
    return at < 0 ? likely.length : at;
  };
  return categories.toSorted((one, other) => rank(one) - rank(other));
}
