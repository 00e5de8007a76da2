import { codeOf } from '@usher/core/describe-error';
import type { Deps } from './deps.ts';

/** Hints at deliveries. They are in Postgres already, so a queue that is away costs some seconds and nothing else. */
export async function hintDeliveries(
  deliveryIds: readonly number[],
  { enqueue, report }: Pick<Deps, 'enqueue' | 'report'>,
): Promise<void> {
  if (deliveryIds.length === 0) return;
  try {
    await enqueue(deliveryIds.map((deliveryId) => ({ name: 'deliver', payload: { deliveryId } })));
  } catch (thrown) {
    report({ kind: 'hint_lost', code: codeOf(thrown) });
  }
}
