import { closedLoad } from '../load/closed.ts';
import { Orders, type Told } from './messages.ts';
import { requestsWith } from './requests.ts';
import { storm } from './storm.ts';

/** Sends tickets as a process of its own, so that the load is not slowed by whoever measures. */
const orders = Orders.parse(JSON.parse(process.argv[2] ?? ''));
process.once('disconnect', () => process.exit(0));
if (orders.kind === 'closed') {
  const requestOf = requestsWith(orders.key, (number) => `calm-${number}`);
  tell({ kind: 'rate', rate: await closedLoad({ ...orders, requestOf }) });
} else {
  tell({ kind: 'outcome', outcome: await storm(orders, () => tell({ kind: 'ceased' })) });
}

function tell(told: Told): void {
  process.send?.(told);
}
