import type { EndpointDelivery } from '@usher/db/deliveries';
import type { Deps } from '../deps.ts';
import { send } from './send.ts';
import { sign } from './sign.ts';
import { type Made, settled } from './made.ts';

/** Tells an endpoint, signed per Standard Webhooks. Throws SecretKeyMissing and SecretKeyWrong. */
export async function toEndpoint(
  { deliveryId, url, secrets, isDisabled, payload }: EndpointDelivery,
  { delivering, vault, signal }: Pick<Deps, 'delivering' | 'vault' | 'signal'>,
): Promise<Made> {
  if (secrets.length === 0) return settled({ kind: 'dead', status: null, error: 'the endpoint was removed' });
  if (isDisabled) return settled({ kind: 'dead', status: null, error: 'the endpoint is disabled' });
  // The same id and the same bytes on every attempt, so that the receiver can tell repetitions.
  const signable = {
    id: `msg_${deliveryId}`,
    timestamp: Math.floor(Date.now() / 1_000),
    body: JSON.stringify(payload),
  };
  const opened = secrets.map((sealed) => vault.open(sealed));
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Usher',
    'webhook-id': signable.id,
    'webhook-timestamp': String(signable.timestamp),
    'webhook-signature': sign(signable, opened),
  };
  return send({ url, headers, body: signable.body }, { ...delivering, signal });
}
