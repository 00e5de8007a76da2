import type { Connector } from '@usher/core/connectors/connector';
import { connectors } from '@usher/core/connectors/registry';
import { findTicket } from '@usher/db/find-ticket';
import { loadFetch } from '@usher/db/fetches';
import postgres, { type Sql } from 'postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, type ApiUnderTest, openApi } from '../api/api-under-test.ts';
import { toydesk } from '../core/connectors/toydesk.ts';
import { samplesOf } from '../support/connector-samples.ts';
import { makeSource, posted, type Posted, postedText } from '../support/incoming-webhooks.ts';

const all = [...connectors, toydesk];

let api: ApiUnderTest;
let sql: Sql;
beforeAll(async () => {
  api = await openApi({ connectors: [toydesk] });
  sql = postgres(api.databaseUrl, { max: 1 });
});
afterAll(async () => {
  await sql.end();
  await api[Symbol.asyncDispose]();
});

const post = ({ path, headers, body }: Posted): Promise<Answer> => api.send(path, { key: null, headers, body });

/** How much a source has brought so far. */
async function stored(sourceId: number) {
  const [row] = await sql<{ tickets: number; fetches: number; deliveries: number }[]>`
    select (select count(*)::int from tickets where source_id = ${sourceId}) as tickets,
           (select count(*)::int from fetches where source_id = ${sourceId}) as fetches,
           (select count(*)::int from incoming where source_id = ${sourceId}) as deliveries`;
  return row ?? NOTHING;
}

const NOTHING = { tickets: 0, fetches: 0, deliveries: 0 };

describe.each(all.map((connector) => ({ name: connector.name, connector })))('$name', ({ name, connector }) => {
  const { signature } = connector;
  const samples = samplesOf(name);
  const kinds = samples.map((sample) => ({ sample, says: sample.says }));

  test.each(kinds)('takes, when it is signed: $says', async ({ sample }) => {
    const source = await makeSource(api.db, connector);
    const answer = await post(posted(connector, source, sample));
    const expected = sample.readings.map((reading) => Object(reading));
    if (sample.handshake !== undefined) {
      expect([answer.status, answer.body]).toEqual([200, sample.handshake]);
      expect(await stored(source.id)).toEqual(NOTHING);
      return;
    }
    if (expected.every(({ kind }) => kind === 'unreadable')) {
      expect([answer.status, answer.body]).toMatchObject([422, { code: 'payload_unreadable' }]);
      expect(await stored(source.id)).toEqual(NOTHING);
      return;
    }
    expect(answer.status).toBe(202);
    const drafts = expected.filter(({ kind }) => kind === 'ticket').map(({ draft }) => draft.ticket_id);
    for (const externalId of drafts) {
      expect(await findTicket(api.db, { source: source.name, externalId })).toMatchObject({ state: 'received' });
    }
    const errands = expected
      .filter(({ kind }) => kind === 'fetch' || kind === 'closed')
      .map(({ ticketId }) => ticketId);
    const { tickets, fetches } = await stored(source.id);
    expect([tickets, fetches]).toEqual([new Set(drafts).size, new Set(errands).size]);
  });

  const [sample] = samples.filter(({ readings }) => ['ticket', 'fetch'].includes(Object(readings[0]).kind));
  if (sample === undefined) throw new Error(`${name} has no sample of a new ticket`);

  /** Posts a new ticket that something is wrong with, and looks that it was refused so and nothing was stored. */
  async function refused(change: (right: Posted) => Posted, code: string, status = 401) {
    const source = await makeSource(api.db, connector);
    const answer = await post(change(posted(connector, source, sample ?? { headers: {}, body: {} })));
    expect([answer.status, answer.body]).toMatchObject([status, { code, detail: expect.stringMatching(/\S/) }]);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await stored(source.id)).toEqual(NOTHING);
  }

  test('refuses what is not signed, or by somebody else', async () => {
    await refused(({ headers, ...rest }) => {
      const { [signature.header]: _signature, ...unsigned } = headers;
      return { ...rest, headers: unsigned };
    }, 'signature_unsigned');
    const source = await makeSource(api.db, connector);
    const forged = posted(connector, source, sample, { secret: `whsec_${Buffer.alloc(32, 9).toString('base64')}` });
    expect(await post(forged)).toMatchObject({ status: 401, body: { code: 'signature_wrong' } });
    expect(await stored(source.id)).toEqual(NOTHING);
  });

  if (signature.kind === 'hmac') {
    test('refuses what was tampered with or cut on its way', async () => {
      await refused((right) => ({ ...right, body: right.body.replace(/[a-y]/, 'z') }), 'signature_wrong');
      await refused((right) => ({ ...right, body: right.body.slice(0, -7) }), 'signature_wrong');
    });
  }

  if (signature.kind === 'hmac' && signature.timestamp !== undefined) {
    test('refuses what is stale, and what comes from the future', async () => {
      for (const seconds of [-400, 400]) {
        const source = await makeSource(api.db, connector);
        const now = new Date(Date.now() + seconds * 1_000);
        const answer = await post(posted(connector, source, sample, { now }));
        expect(answer).toMatchObject({ status: 401, body: { code: 'signature_stale' } });
        expect(await stored(source.id)).toEqual(NOTHING);
      }
    });
  }

  test('refuses what is genuine and no JSON, of another type, or too large', async () => {
    const source = await makeSource(api.db, connector);
    const raw = (text: string) => postedText(connector, source, { headers: sample.headers, text });
    expect(await post(raw('{"subject":'))).toMatchObject({ status: 400, body: { code: 'body_malformed' } });
    const form = raw('a=b');
    form.headers['content-type'] = 'application/x-www-form-urlencoded';
    expect(await post(form)).toMatchObject({ status: 415, body: { code: 'content_type_unsupported' } });
    const large = raw(JSON.stringify({ text: 'x'.repeat(5_000_000) }));
    expect(await post(large)).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
    expect(await stored(source.id)).toEqual(NOTHING);
  });

  test('counts a delivery once, however often it is sent, also under another id', async () => {
    const source = await makeSource(api.db, connector);
    const right = posted(connector, source, sample);
    expect((await post(right)).body).not.toHaveProperty('duplicate');
    const before = await stored(source.id);
    const again = await Promise.all([post(right), post(right)]);
    expect(again.map(({ status, body }) => [status, Object(body).duplicate])).toEqual([
      [202, true],
      [202, true],
    ]);
    const place = connector.deliveryId;
    if (place !== 'nowhere' && 'header' in place && !isIdSigned(connector)) {
      const replayed = await post({ ...right, headers: { ...right.headers, [place.header]: 'another-id' } });
      expect(replayed).toMatchObject({ status: 202, body: { duplicate: true, tickets: 0 } });
    }
    // What was signed later, as a vendor's own retry is, counts by the delivery's id.
    const retried = await post(posted(connector, source, sample, { now: new Date(Date.now() + 5_000) }));
    expect(retried).toMatchObject({ status: 202, body: { duplicate: true, tickets: 0, fetching: 0 } });
    const after = await stored(source.id);
    expect([after.tickets, after.fetches]).toEqual([before.tickets, before.fetches]);
  });

  const end = samples.find(({ readings }) => Object(readings[0]).kind === 'closed');
  if (end !== undefined) {
    test('takes an end that comes before its ticket, and looks it up when there is one', async () => {
      const source = await makeSource(api.db, connector);
      expect((await post(posted(connector, source, end))).status).toBe(202);
      expect((await post(posted(connector, source, sample))).status).toBe(202);
      const [close] = await sql<{ id: number }[]>`
        select id::int from fetches where source_id = ${source.id} and kind = 'close'`;
      expect(await loadFetch(api.db, close?.id ?? 0)).toMatchObject({
        errand: { kind: 'close' },
        source: { id: source.id },
      });
    });
  }
});

function isIdSigned({ signature, deliveryId: place }: Connector): boolean {
  return signature.kind === 'hmac' && place !== 'nowhere' && 'header' in place && signature.idHeader === place.header;
}
