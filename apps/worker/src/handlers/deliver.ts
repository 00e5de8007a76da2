import type { Payload } from '@usher/core/jobs';
import { type Attempt, type DueDelivery, loadDelivery, recordAttempt } from '@usher/db/deliveries';
import { disableGone } from '@usher/db/endpoints';
import { pauseReceiver } from '@usher/db/receiver-pauses';
import { SecretKeyMissing, SecretKeyWrong } from '@usher/db/vault';
import { type Made, settled } from '../delivery/made.ts';
import { afterAttempt, afterPause, GONE } from '../delivery/schedule.ts';
import type { Sent } from '../delivery/send.ts';
import { toEndpoint } from '../delivery/to-endpoint.ts';
import { toHelpdesk } from '../delivery/to-helpdesk.ts';
import type { Deps } from '../deps.ts';
import { outlast } from '../outlast.ts';

type DeliverDeps = Pick<Deps, 'db' | 'report' | 'accounts' | 'delivering' | 'vault' | 'signal'>;

/** How soon it is looked again whether a missing key is there. */
const KEY_PAUSE_MS = 60_000;

/**
 * Makes one delivery and writes down how that went. A delivery that is tried again is left to the sweep: its due time is in
 * Postgres. Where a receiver is left alone for a while, it waits there too, and gives its place to others.
 */
export async function deliver({ deliveryId }: Payload<'deliver'>, deps: DeliverDeps): Promise<void> {
  const delivery = await loadDelivery(deps.db, deliveryId);
  if (delivery === undefined) return;
  const attempt = await attemptOf(delivery, deps);
  await outlast(() => recordAttempt(deps.db, deliveryId, attempt), deps.signal);
  tell(deliveryId, attempt, deps);
}

async function attemptOf(delivery: DueDelivery, deps: DeliverDeps): Promise<Attempt> {
  const { pause, receiver } = delivery;
  if (pause !== null) return afterPause(pause.forMs, pause.reason, momentOf(delivery));
  return deps.delivering.turnstile(receiver, async () => {
    const made = await make(delivery, deps);
    if (made.kind === 'settled') return made.attempt;
    await heed(delivery, made, deps);
    return afterAttempt(made, { ...momentOf(delivery), attempts: delivery.attempts });
  });
}

async function make(delivery: DueDelivery, deps: DeliverDeps): Promise<Made> {
  try {
    return delivery.kind === 'endpoint' ? await toEndpoint(delivery, deps) : await toHelpdesk(delivery, deps);
  } catch (thrown) {
    if (!(thrown instanceof SecretKeyMissing || thrown instanceof SecretKeyWrong)) throw thrown;
    return settled(afterPause(KEY_PAUSE_MS, thrown.message, momentOf(delivery)));
  }
}

/** Leaves a receiver alone, the whole fleet does, for as long as it asks or while it is in trouble. */
async function heed(delivery: DueDelivery, sent: Sent, { db, delivering, report, signal }: DeliverDeps): Promise<void> {
  const { receiver } = delivery;
  const troubleMs = delivering.breaker.note(receiver, sent);
  const askedMs = sent.kind === 'answered' ? sent.pauseMs : 0;
  const forMs = Math.max(troubleMs, askedMs);
  if (forMs > 0) {
    const detail = sent.kind === 'answered' ? (sent.error ?? `answered ${sent.status}`) : sent.error;
    const reason = askedMs >= troubleMs ? 'the receiver asked for a pause' : `the receiver is in trouble: ${detail}`;
    await outlast(() => pauseReceiver(db, receiver, { forMs, reason }), signal);
    report({ kind: 'receiver_left_alone', receiver, forMs, detail });
  }
  if (delivery.kind === 'endpoint' && sent.kind === 'answered' && sent.status === GONE) {
    await outlast(() => disableGone(db, delivery.endpointId), signal);
    report({ kind: 'endpoint_gone', endpointId: delivery.endpointId });
  }
}

function momentOf({ startedAt }: DueDelivery) {
  return { startedAt, now: new Date(), random: Math.random() };
}

function tell(deliveryId: number, attempt: Attempt, { report }: DeliverDeps): void {
  switch (attempt.kind) {
    case 'delivered':
      return report({ kind: 'delivery_made', deliveryId, status: attempt.status });
    case 'again':
      return report({ kind: 'delivery_postponed', deliveryId, error: attempt.error, dueAt: attempt.dueAt });
    case 'waits':
      return report({ kind: 'delivery_waits', deliveryId, error: attempt.error, dueAt: attempt.dueAt });
    case 'superseded':
      return report({ kind: 'delivery_superseded', deliveryId });
    case 'dead':
      return report({ kind: 'delivery_given_up', deliveryId, error: attempt.error });
  }
}
