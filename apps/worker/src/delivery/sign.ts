import { createHmac } from 'node:crypto';
import type { Failure } from '@usher/core/failure';

/** A webhook's signing secret is not `whsec_` and 24 to 64 bytes in base64, so that nothing can be signed with it. */
export class WebhookSecretInvalid extends Error implements Failure {
  readonly code = 'webhook_secret_invalid';
  readonly retry = 'never';

  constructor() {
    super('The signing secret must be whsec_ followed by 24 to 64 bytes in base64.');
    this.name = 'WebhookSecretInvalid';
  }
}

export interface Signable {
  /** The event's own id, the same on every attempt. */
  id: string;
  /** Unix seconds of this attempt. */
  timestamp: number;
  body: string;
}

/**
 * The value of `webhook-signature` by Standard Webhooks 1.0: HMAC-SHA256 over `{id}.{timestamp}.{body}`. While a secret is
 * being replaced, both stand in `secrets`, and each signs. Throws WebhookSecretInvalid.
 */
export function sign({ id, timestamp, body }: Signable, secrets: readonly string[]): string {
  return secrets
    .map((secret) => {
      const hmac = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`);
      return `v1,${hmac.digest('base64')}`;
    })
    .join(' ');
}

function keyOf(secret: string): Buffer {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1];
  const key = Buffer.from(encoded ?? '', 'base64');
  if (key.length < 24 || key.length > 64) throw new WebhookSecretInvalid();
  return key;
}
