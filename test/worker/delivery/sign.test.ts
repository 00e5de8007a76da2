import { sign, WebhookSecretInvalid } from '@usher/worker/delivery/sign';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const other = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';

describe('The signature of a delivery', () => {
  test.each([
    {
      secrets: secret,
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1_614_265_330,
      body: '{"test": 2432232314}',
      signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
    {
      secrets: other,
      id: 'msg_27UH4WbU6Z5A5EzD8u03UvzRbpk',
      timestamp: 1_649_367_553,
      body: '{"email":"test@example.com","username":"test_user"}',
      signature: 'v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=',
    },
  ])('is the one that Standard Webhooks gives for $id', ({ signature, secrets, ...message }) => {
    expect(sign(message, [secrets])).toBe(signature);
  });

  test('is accepted under the old and the new secret while one replaces the other', () => {
    const timestamp = Math.floor(Date.now() / 1_000);
    const message = { id: 'msg_1', timestamp, body: '{"note":"Grüße ✓"}' };
    const headers = {
      'webhook-id': message.id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': sign(message, [secret, other]),
    };

    expect(new Webhook(secret).verify(message.body, headers)).toEqual({ note: 'Grüße ✓' });
    expect(new Webhook(other).verify(message.body, headers)).toEqual({ note: 'Grüße ✓' });
  });

  test.each(['', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_', 'whsec_c2hvcnQ=', 'whsec_not base64!'])(
    'is refused with the unusable secret "%s"',
    (unusable) => {
      expect(() => sign({ id: 'msg_1', timestamp: 1, body: '' }, [unusable])).toThrow(WebhookSecretInvalid);
    },
  );
});
