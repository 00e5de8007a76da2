import { createHmac } from 'node:crypto';
import { connectors, findConnector } from '@usher/core/connectors/registry';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { signedHeaders } from '@usher/helpdesk/sign';
import { verify } from '@usher/helpdesk/verify';

const uri = 'https://usher.example.com/webhooks/desk';
const now = new Date('2026-11-23T08:00:05Z');
const body = '{"subject":"Größe ✓"}';
const secret = 'the secret of a webhook';

const mac = (algorithm: string, text: string) => createHmac(algorithm, secret).update(text);

const seconds = String(now.getTime() / 1_000);
const milliseconds = String(now.getTime());

/** How each vendor says that it signs, written out without our recipes. */
const vendors: Record<string, Record<string, string>> = {
  chatwoot: {
    'x-chatwoot-timestamp': seconds,
    'x-chatwoot-signature': `sha256=${mac('sha256', `${seconds}.${body}`).digest('hex')}`,
  },
  freshdesk: { 'x-usher-secret': secret },
  front: {
    'x-front-request-timestamp': milliseconds,
    'x-front-signature': mac('sha256', `${milliseconds}:${body}`).digest('base64'),
  },
  gorgias: { 'x-usher-secret': secret },
  helpscout: { 'x-helpscout-signature': mac('sha1', body).digest('base64') },
  hubspot: {
    'x-hubspot-request-timestamp': milliseconds,
    'x-hubspot-signature-v3': mac('sha256', `POST${uri}${body}${milliseconds}`).digest('base64'),
  },
  intercom: { 'x-hub-signature': `sha1=${mac('sha1', body).digest('hex')}` },
  jira: { 'x-hub-signature': `sha256=${mac('sha256', body).digest('hex')}` },
  zammad: { 'x-hub-signature': `sha1=${mac('sha1', body).digest('hex')}` },
  zendesk: {
    'x-zendesk-webhook-signature-timestamp': '2026-11-23T08:00:00Z',
    'x-zendesk-webhook-signature': mac('sha256', `2026-11-23T08:00:00Z${body}`).digest('base64'),
  },
};

function recipeOf(name: string) {
  const connector = findConnector(name);
  if (connector === undefined) throw new Error(`no connector ${name}`);
  return connector.signature;
}

function requestWith(headers: Record<string, string>, text = body) {
  return { method: 'POST', uri, headers, body: Buffer.from(text) };
}

describe('What a vendor signs by its own documentation', () => {
  test('is written down here for every vendor', () => {
    const names = connectors.map(({ name }) => name).filter((name) => name !== 'standard');
    expect(Object.keys(vendors)).toEqual(names);
  });

  test.each(Object.entries(vendors))('is believed from %s', (name, headers) => {
    expect(verify(recipeOf(name), requestWith(headers), { secrets: [secret], now })).toBe('genuine');
  });
});

test('where method and address are signed, another address is refused', () => {
  const request = requestWith(vendors['hubspot'] ?? {});
  const check = (changed: object) =>
    verify(recipeOf('hubspot'), { ...request, ...changed }, { secrets: [secret], now });
  expect(check({})).toBe('genuine');
  expect(check({ uri: `${uri}?more` })).toBe('wrong');
  expect(check({ method: 'PUT' })).toBe('wrong');
});

describe('Standard Webhooks', () => {
  const recipe = recipeOf('standard');

  test.each([
    {
      secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1_614_265_330,
      text: '{"test": 2432232314}',
      signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
    {
      secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
      id: 'msg_27UH4WbU6Z5A5EzD8u03UvzRbpk',
      timestamp: 1_649_367_553,
      text: '{"email":"test@example.com","username":"test_user"}',
      signature: 'v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=',
    },
  ])('holds its test vector $id', ({ secret, id, timestamp, text, signature }) => {
    const headers = { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature };
    const check = (given: Record<string, string>) =>
      verify(recipe, requestWith({ ...headers, ...given }, text), {
        secrets: [secret],
        now: new Date(timestamp * 1_000),
      });

    expect(check({})).toBe('genuine');
    expect(check({ 'webhook-signature': `v1a,AAAA v1,${'A'.repeat(43)}= ${signature}` })).toBe('genuine');
    expect(check({ 'webhook-signature': `${'v1,AAAA '.repeat(8)}${signature}` })).toBe('malformed');
    expect(check({ 'webhook-signature': signature.replace('v1,', 'v2,') })).toBe('malformed');
    expect(check({ 'webhook-id': 'msg.1' })).toBe('malformed');
  });

  test('as we sign it is believed by the standardwebhooks package, and as that signs it, by us', () => {
    const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
    const at = new Date();
    const request = requestWith({ 'webhook-id': 'msg_1' });
    const headers = signedHeaders(recipe, request, { secret, now: at });
    expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));

    const theirs = new Webhook(secret).sign('msg_1', at, body);
    const given = requestWith({ ...headers, 'webhook-signature': theirs });
    expect(verify(recipe, given, { secrets: [secret], now: at })).toBe('genuine');
  });
});
