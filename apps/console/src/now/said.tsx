import { Failure } from '../parts/failure.tsx';
import type { Order } from './use-order.ts';

/** What came of an order. */
export function Said({ order }: { order: Order }) {
  return (
    <>
      {order.error !== '' && <Failure>{order.error}</Failure>}
      <p role="status" class="said">
        {order.done}
      </p>
    </>
  );
}
