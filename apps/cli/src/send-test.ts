import { setTimeout as pause } from 'node:timers/promises';
import { testEndpoint } from '@usher/db/endpoints';
import { findDelivery, type ListedDelivery } from '@usher/db/list-deliveries';
import { hint } from './hint.ts';
import type { OpenDatabase } from './open-database.ts';

const LOOK_EVERY_MS = 250;
const LONGEST_MS = 20_000;

/** How a test went, for programs and for people. */
export interface Tested {
  document: Record<string, unknown>;
  text: string;
}

/** Sends an endpoint a test through the workers and waits for its end; undefined if there is no such endpoint. */
export async function sendTest({ db, queueUrl }: OpenDatabase, id: number): Promise<Tested | undefined> {
  const deliveryId = await testEndpoint(db, id);
  if (deliveryId === undefined) return undefined;
  await hint(queueUrl, [{ name: 'deliver', payload: { deliveryId } }]);
  for (let waitedMs = 0; ; waitedMs += LOOK_EVERY_MS) {
    const delivery = await findDelivery(db, deliveryId);
    if (delivery === undefined || hasEnded(delivery) || waitedMs >= LONGEST_MS) return testedBy(deliveryId, delivery);
    await pause(LOOK_EVERY_MS);
  }
}

function hasEnded({ state, attempts }: ListedDelivery): boolean {
  return state !== 'pending' || attempts > 0;
}

function testedBy(deliveryId: number, delivery: ListedDelivery | undefined): Tested {
  const { state = 'pending', lastStatus: status = null, lastError: error = null } = delivery ?? {};
  const document = { delivery: deliveryId, state, status, error };
  if (state === 'delivered') return { document, text: `The endpoint took the test: it answered ${status}.` };
  const why = error ?? 'no worker has tried it yet; is the service running?';
  return { document, text: `The test did not arrive: ${why}` };
}
