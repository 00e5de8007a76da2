import { deliveryIdOf } from '@usher/core/connectors/delivery-id';
import { connectors, findConnector } from '@usher/core/connectors/registry';
import type { SignedRequest } from '@usher/core/connectors/signature';
import { describe, expect, test } from 'vitest';
import { signedHeaders } from '@usher/helpdesk/sign';
import { verify } from '@usher/helpdesk/verify';
import { type Sample, samplesOf, settingsOf } from '../../support/connector-samples.ts';

const now = new Date('2026-11-23T08:00:05Z');
const uri = 'https://usher.example.com/webhooks/desk';

function secretFor(connector: (typeof connectors)[number]): string {
  const { signature } = connector;
  const isWhsec = signature.kind === 'hmac' && signature.secret === 'whsec';
  return isWhsec ? `whsec_${Buffer.alloc(32, 7).toString('base64')}` : 'a secret of 32 characters or more';
}

function requestOf({ headers, body }: Sample): SignedRequest {
  return { method: 'POST', uri, headers, body: Buffer.from(JSON.stringify(body)) };
}

/** What is left of a value after it was JSON, so that moments compare as text. */
function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe.each(connectors.map((connector) => ({ connector, name: connector.name })))('$name', ({ connector, name }) => {
  const { signature } = connector;
  const secret = secretFor(connector);
  const samples = samplesOf(name);
  const check = (request: SignedRequest, secrets = [secret], at = now) =>
    verify(signature, request, { secrets, now: at }) === 'genuine';
  const signed = (sample: Sample): SignedRequest => {
    const request = requestOf(sample);
    return { ...request, headers: signedHeaders(signature, request, { secret, now }) };
  };

  test('has samples of a new ticket, of an end, of our own doing and of something else', () => {
    const kinds = samples.flatMap(({ readings, fetched }) => asKinds([...readings, fetched?.reading]));
    expect(kinds).toEqual(expect.arrayContaining(['ticket', 'closed', 'own_change', 'other_event']));
  });

  describe.each(samples)('when it says: $says', (sample) => {
    test('is believed when it is signed, also while the secret is being replaced', () => {
      expect(check(signed(sample))).toBe(true);
      expect(check(signed(sample), ['an older secret, still known', secret])).toBe(true);
    });

    test('is refused with another secret or without a signature', () => {
      expect(check(signed(sample), ['a secret that somebody guessed wrong'])).toBe(false);
      const { [signature.header]: _, ...unsigned } = signed(sample).headers;
      expect(check({ ...signed(sample), headers: unsigned })).toBe(false);
      expect(check({ ...signed(sample), headers: { ...unsigned, [signature.header]: '' } })).toBe(false);
    });

    test('is refused when its signature is cut', () => {
      const request = signed(sample);
      const cut = (request.headers[signature.header] ?? '').slice(0, -1);
      expect(check({ ...request, headers: { ...request.headers, [signature.header]: cut } })).toBe(false);
    });

    if (signature.kind === 'hmac')
      test('is refused when a byte is changed, missing or too much', () => {
        const request = signed(sample);
        const text = Buffer.from(request.body).toString();
        for (const body of [text.replace(/[a-y]/, 'z'), text.slice(0, -1), `${text}\n`, '']) {
          expect(check({ ...request, body: Buffer.from(body) })).toBe(false);
        }
      });

    if (signature.kind === 'hmac' && signature.timestamp !== undefined) {
      const { header } = signature.timestamp;
      test('is refused five minutes later or earlier, and with a timestamp that was changed', () => {
        const request = signed(sample);
        expect(check(request, [secret], new Date(now.getTime() + 301_000))).toBe(false);
        expect(check(request, [secret], new Date(now.getTime() - 301_000))).toBe(false);
        expect(check(request, [secret], new Date(now.getTime() + 299_000))).toBe(true);
        const aSecondLater = signedHeaders(signature, request, { secret, now: new Date(now.getTime() + 1_000) });
        for (const timestamp of ['', 'now', '-1', aSecondLater[header] ?? '']) {
          expect(check({ ...request, headers: { ...request.headers, [header]: timestamp } })).toBe(false);
        }
      });
    }

    test('is read as it should be', () => {
      const desk = connector.open(settingsOf(name));
      const readings = desk.read(sample);
      expect(asJson(readings)).toMatchObject(sample.readings);
      expect(readings).toHaveLength(sample.readings.length);
      expect(deliveryIdOf(connector.deliveryId, sample)).toBe(sample.deliveryId);
      expect(connector.handshake?.(sample) ?? undefined).toEqual(sample.handshake);
    });

    if (sample.fetched !== undefined)
      test('is understood once its text was fetched', () => {
        const desk = connector.open(settingsOf(name));
        const [reading] = desk.read(sample);
        if (reading?.kind !== 'fetch') throw new Error('this sample fetches nothing');
        expect(reading.requests).toHaveLength(sample.fetched?.answers.length ?? 0);
        const fetched = desk.readFetched(reading.ticketId, sample.fetched?.answers ?? []);
        expect(asJson(fetched)).toMatchObject([sample.fetched?.reading]);
      });
  });

  test.each([[null], [[]], [{}], ['text'], [{ type: 'ticket.created' }], [[null]]])(
    'never throws on %j, and makes no ticket of it',
    (body) => {
      const kinds = connector
        .open(settingsOf(name))
        .read({ headers: {}, body })
        .map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind !== 'ignored' && kind !== 'unreadable')).toEqual([]);
    },
  );

  test('says where to paste the URL', () => {
    expect(connector.setup).toContain('{url}');
  });
});

test('every connector is found by its name, and by no other', () => {
  expect(connectors.map(({ name }) => findConnector(name))).toEqual(connectors);
  expect(findConnector('nosuchdesk')).toBeUndefined();
});

function asKinds(readings: readonly unknown[]): unknown[] {
  return readings.flatMap((reading) => {
    const { kind, reason } = asObject(reading ?? {});
    return [kind, reason];
  });
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
