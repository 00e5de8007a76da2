import type { Payload } from '@usher/core/jobs';
import { type Attempt, type DueDelivery, loadDelivery, recordAttempt } from '@usher/db/deliveries';
import { afterAttempt } from '../delivery/schedule.ts';
import { send, type Sent } from '../delivery/send.ts';
import { sign, WebhookSecretInvalid } from '../delivery/sign.ts';
import type { Deps } from '../deps.ts';
import { outlast } from '../outlast.ts';

type DeliverDeps = Pick<Deps, 'db' | 'report' | 'delivering' | 'vault' | 'signal'>;

/**
 * Tells a source's webhook about one decision and writes down how that went. A delivery that is tried again is left to
 * the sweep: its due time is in Postgres.
 */
export async function deliver({ deliveryId }: Payload<'deliver'>, deps: DeliverDeps): Promise<void> {
  const delivery = await loadDelivery(deps.db, deliveryId);
  if (delivery === undefined) return;
  const attempt = await attemptOf(delivery, deps);
  await outlast(() => recordAttempt(deps.db, deliveryId, attempt), deps.signal);
  tell(deliveryId, attempt, deps);
}

async function attemptOf(delivery: DueDelivery, deps: DeliverDeps): Promise<Attempt> {
  const { webhookUrl: url, webhookSecret: sealed, attempts } = delivery;
  if (url === null || sealed === null)
    return { kind: 'dead', status: null, error: 'the source has no webhook any more' };
  // Without the right key no attempt is spent: the failure says what to do, and the sweep comes again.
  const secret = deps.vault.open(sealed);
  const sent = await deps.delivering.turnstile(url, () => call({ ...delivery, url, secret }, deps));
  return afterAttempt(sent, { attempts, now: new Date(), random: Math.random() });
}

async function call(
  { deliveryId, payload, url, secret }: { deliveryId: number; payload: unknown; url: string; secret: string },
  { delivering, signal }: DeliverDeps,
): Promise<Sent> {
  // The same id and the same bytes on every attempt, so that the receiver can tell repetitions.
  const signable = {
    id: `msg_${deliveryId}`,
    timestamp: Math.floor(Date.now() / 1_000),
    body: JSON.stringify(payload),
  };
  try {
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'Usher',
      'webhook-id': signable.id,
      'webhook-timestamp': String(signable.timestamp),
      'webhook-signature': sign(signable, secret),
    };
    return await send({ url, headers, body: signable.body }, { ...delivering, signal });
  } catch (thrown) {
    if (thrown instanceof WebhookSecretInvalid) return { kind: 'failed', error: thrown.message };
    throw thrown;
  }
}

function tell(deliveryId: number, attempt: Attempt, { report }: DeliverDeps): void {
  switch (attempt.kind) {
    case 'delivered':
      return report({ kind: 'delivery_made', deliveryId, status: attempt.status });
    case 'again':
      return report({ kind: 'delivery_postponed', deliveryId, error: attempt.error, dueAt: attempt.dueAt });
    case 'dead':
      return report({ kind: 'delivery_given_up', deliveryId, error: attempt.error });
  }
}
