import {
  type Arbitrary,
  array,
  assert,
  asyncProperty,
  bigInt,
  constant,
  constantFrom,
  date,
  dictionary,
  integer,
  jsonValue,
  oneof,
  record,
  string,
  stringMatching,
  uint8Array,
} from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { openApi, type Sent } from './api-under-test.ts';
import { makeRelease } from '../db/decision.ts';

const api = await openApi();
await makeRelease(api.db);
afterAll(() => api[Symbol.asyncDispose]());

const RUNS = { numRuns: 150 };

/** Any text, with more NUL bytes and lone surrogates in it than chance would bring. */
const unit = oneof(constant('\u0000'), constant('\ud800'), string({ unit: 'binary', minLength: 1, maxLength: 1 }));
const text = string({ unit, maxLength: 60 });
const json = jsonValue({ maxDepth: 4, stringUnit: unit });
const headerValue = stringMatching(/^[\x21-\x7e]([\x20-\x7e]{0,20}[\x21-\x7e])?$/);
/** Drafts that are nearly right, so that what is wrong with them gets far. */
const nearDraft = record(
  {
    ticket_id: oneof(text, integer(), json),
    subject: oneof(text, json),
    body: oneof(text, json),
    requester: oneof(text, json),
    created_at: oneof(
      date({ noInvalidDate: true }).map((date) => date.toISOString()),
      json,
    ),
    updated_at: oneof(
      date({ noInvalidDate: true }).map((date) => date.toISOString()),
      json,
    ),
    metadata: oneof(dictionary(text, json), json),
  },
  { requiredKeys: [] },
);

async function statusOf(path: string, sent: Sent): Promise<number> {
  const { status, text: said } = await api.send(path, sent);
  if (status >= 500) throw new Error(`${status}: ${said}`);
  return status;
}

async function neverFails(path: string, sent: Arbitrary<Sent>): Promise<void> {
  await assert(
    asyncProperty(sent, async (one) => {
      expect(await statusOf(path, one)).toBeLessThan(500);
    }),
    RUNS,
  );
}

test('no ticket whatsoever makes the webhook fail', async () => {
  await neverFails('/ticket-webhook', record({ body: oneof(nearDraft, json).map((body) => JSON.stringify(body)) }));
});

test('no batch whatsoever makes intake fail', async () => {
  const batch = record({ tickets: array(oneof(nearDraft, json), { maxLength: 5 }) });
  await neverFails('/v1/tickets', record({ body: oneof(batch, nearDraft, json).map((body) => JSON.stringify(body)) }));
});

test('no bytes whatsoever make the webhook fail', async () => {
  await neverFails('/ticket-webhook', record({ body: uint8Array({ maxLength: 200 }) }));
});

test('no correction whatsoever makes correcting fail', async () => {
  await api.send('/ticket-webhook', { body: { ticket_id: 'F-1', body: 'Two charges.' } });
  const draft = record(
    {
      category: oneof(text, constant('billing'), json),
      subcategory: oneof(text, json),
      note: oneof(text, json),
    },
    { requiredKeys: [] },
  );
  const body = oneof(draft, json).map((value) => JSON.stringify(value));
  await neverFails('/v1/tickets/api:F-1/corrections', record({ body }));
});

test('no taxonomy and no condition whatsoever make publishing fail', async () => {
  const document = record({ fallback: oneof(text, json), categories: oneof(array(json), json) });
  await neverFails(
    '/v1/taxonomy',
    record({
      method: constant('PUT'),
      headers: headerValue.map((value) => ({ 'If-Match': value })),
      body: oneof(document, json).map((value) => JSON.stringify(value)),
    }),
  );
});

test('no headers whatsoever make a request fail', async () => {
  const headers = record(
    { Authorization: headerValue, Prefer: headerValue, 'Content-Type': headerValue, 'Content-Length': headerValue },
    { requiredKeys: [] },
  );
  await neverFails('/ticket-webhook', record({ body: constant({ ticket_id: 'F-2', body: 'x' }), headers }));
});

test('no name of a ticket and no filter whatsoever make showing fail', async () => {
  const names = oneof(text, stringMatching(/^api:.{0,20}$/), bigInt().map(String));
  await assert(
    asyncProperty(
      names,
      constantFrom('state', 'team', 'source', 'received_from', 'limit', 'cursor'),
      async (name, filter) => {
        const encoded = encodeURIComponent(name.toWellFormed());
        expect(await statusOf(`/v1/tickets/${encoded}`, {})).toBeLessThan(500);
        expect(await statusOf(`/v1/tickets?${filter}=${encoded}`, {})).toBeLessThan(500);
      },
    ),
    RUNS,
  );
});
