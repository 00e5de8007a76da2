import { isPermitted } from '@usher/helpdesk/address';
import { connectOnlyTo } from '@usher/helpdesk/connect';
import { send, type SendOptions } from '@usher/worker/delivery/send';
import { readOutboundUrl } from '@usher/core/outbound-url';
import { describe, expect, test } from 'vitest';
import { startWebhookReceiver, type WebhookReceiver } from '../../support/webhook-receiver.ts';

const headers = { 'content-type': 'application/json' };

function options(changes: Partial<SendOptions> = {}): SendOptions {
  const { signal } = new AbortController();
  return { outbound: 'any', resolve: async () => ['127.0.0.1'], deadlineMs: 10_000, signal, ...changes };
}

function post(receiver: WebhookReceiver, changes: Partial<SendOptions> = {}) {
  return send({ url: receiver.url, headers, body: '{"a":1}' }, options(changes));
}

describe('Calling out', () => {
  test('posts the body and answers the status and what the receiver asks for', async () => {
    await using receiver = await startWebhookReceiver();
    receiver.script({ status: 503, headers: { 'retry-after': '30' } });

    expect(await post(receiver)).toEqual({ kind: 'answered', status: 503, pauseMs: 30_000 });
    expect(receiver.received).toMatchObject([{ path: '/hook', body: '{"a":1}' }]);
  });

  test('goes to the address that was checked, whatever its name leads to by now', async () => {
    await using receiver = await startWebhookReceiver();
    const url = `http://helpdesk.invalid:${receiver.port}/hook`;

    expect(await send({ url, headers, body: '{}' }, options())).toMatchObject({ kind: 'answered', status: 204 });
    expect(receiver.received[0]?.headers.host).toBe(`helpdesk.invalid:${receiver.port}`);
  });

  test('does not follow a redirect', async () => {
    await using target = await startWebhookReceiver();
    await using receiver = await startWebhookReceiver();
    receiver.script({ status: 307, headers: { location: target.url } });

    expect(await post(receiver)).toMatchObject({ kind: 'answered', status: 307 });
    expect(target.received).toEqual([]);
  });

  test.each(['silent', 'slow_body'] as const)(
    'is given up at its deadline when the receiver is %s',
    async (reception) => {
      await using receiver = await startWebhookReceiver();
      receiver.script(reception);

      expect(await post(receiver, { deadlineMs: 200 })).toEqual({
        kind: 'failed',
        error: 'no complete answer within 200 ms',
      });
    },
  );

  test('is given up at its deadline when the name is never resolved', async () => {
    await using receiver = await startWebhookReceiver();
    const url = 'http://helpdesk.invalid/hook';
    const resolve = () => new Promise<string[]>(() => {});

    expect(await send({ url, headers, body: '{}' }, options({ resolve, deadlineMs: 50 }))).toMatchObject({
      kind: 'failed',
    });
    expect(receiver.received).toEqual([]);
  });

  test('reads no more of an endless answer than 16 KiB and what was on its way', async () => {
    await using receiver = await startWebhookReceiver();
    receiver.script('endless_body');

    expect(await post(receiver)).toMatchObject({ kind: 'answered', status: 200 });
    // What the sockets on both sides of loopback buffer, several megabytes at most.
    expect(receiver.bytesSent()).toBeLessThan(32 * 1024 * 1024);
  });

  test('says why a receiver cannot be reached, without its address', async () => {
    const receiver = await startWebhookReceiver();
    await receiver[Symbol.asyncDispose]();

    expect(await post(receiver)).toEqual({ kind: 'failed', error: 'the connection failed: ECONNREFUSED' });
  });

  test('ends with the signal and not with an outcome when the worker stops', async () => {
    await using receiver = await startWebhookReceiver();
    receiver.script('silent');
    const stopping = new AbortController();
    const posted = post(receiver, { signal: stopping.signal });
    await receiver.arrived(1);
    stopping.abort(new Error('stopping'));

    await expect(posted).rejects.toThrow('stopping');
  });
});

describe('Calling out to public addresses only', () => {
  const url = 'https://helpdesk.example/hook';

  test.each([
    '10.0.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '::1',
    'fd00::1',
    'fe80::1',
    '::ffff:10.0.0.1',
    '64:ff9b::a00:1',
    '2002:a00:1::',
    'not an address',
  ])('refuses a name that leads to %s, also among good addresses', async (address) => {
    const resolve = async () => ['93.184.215.14', address];

    expect(await send({ url, headers, body: '{}' }, options({ outbound: 'public', resolve }))).toEqual({
      kind: 'failed',
      error: `the webhook's host leads to ${address}, which is not a public address`,
    });
  });

  test.each(['93.184.215.14', '2606:4700:4700::1111'])('allows %s', (address) => {
    expect(isPermitted(address, 'public')).toBe(true);
  });

  test('looks again at the address that the socket reached', async () => {
    await using receiver = await startWebhookReceiver();
    const { signal } = new AbortController();
    const connect = connectOnlyTo(['93.184.215.14'], { outbound: 'public', signal });
    const target = { hostname: '127.0.0.1', port: String(receiver.port), protocol: 'http:' };

    await expect(
      new Promise((resolve, reject) => {
        connect(target, (...[error, socket]) => (error === null ? resolve(socket) : reject(error)));
      }),
    ).rejects.toMatchObject({ code: 'address_refused' });
  });

  test.each([
    ['http://helpdesk.example/hook', 'must begin with https://'],
    ['ftp://helpdesk.example/hook', 'must begin with https://'],
    ['https://127.0.0.1/hook', 'must name a public host, not an address'],
    ['https://2130706433/hook', 'must name a public host, not an address'],
    ['https://0x7f.1/hook', 'must name a public host, not an address'],
    ['https://[::1]/hook', 'must name a public host, not an address'],
    ['https://[::ffff:10.0.0.1]/hook', 'must name a public host, not an address'],
    ['https://localhost/hook', 'must name a public host, not an address'],
    ['https://user:secret@helpdesk.example/hook', 'must not contain a user name or password'],
    ['helpdesk.example/hook', 'must be a URL such as https://example.com/hook'],
  ])('refuses the address %s where it is saved and where it is called', async (refused, why) => {
    expect(readOutboundUrl(refused, 'public')).toEqual({ kind: 'refused', why });
    expect(await send({ url: refused, headers, body: '{}' }, options({ outbound: 'public' }))).toEqual({
      kind: 'failed',
      error: `the webhook's URL ${why}`,
    });
  });
});
