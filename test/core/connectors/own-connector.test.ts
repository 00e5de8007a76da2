import { readFileSync } from 'node:fs';
import { confirm } from '@usher/core/connectors/changes';
import { deliveryIdOf } from '@usher/core/connectors/delivery-id';
import { connectors } from '@usher/core/connectors/registry';
import type { HelpdeskRequest } from '@usher/core/connectors/request';
import { expect, test } from 'vitest';
import { signedHeaders } from '@usher/helpdesk/sign';
import { verify } from '@usher/helpdesk/verify';
import { assignmentOf } from './desk.ts';
import { toydesk } from './toydesk.ts';

const guide = readFileSync(new URL('../../../docs/connectors.md', import.meta.url), 'utf8');

const settings = {
  base_url: 'https://toydesk.example.com',
  own_user_id: 900,
  teams: { finance: 31 },
  fields: { category: 'topic' },
};

test('the guide shows the connector that these tests use', () => {
  const source = readFileSync(new URL('toydesk.ts', import.meta.url), 'utf8');
  expect(guide).toContain(source.replaceAll(/'@usher\/core\/connectors\/([\w-]+)'/g, "'./$1.ts'"));
});

test('the guide names every connector', () => {
  for (const { name } of connectors) expect(guide).toContain(`| \`${name}\` |`);
});

test('a connector of fifty lines is believed, read, written and taken back', () => {
  const now = new Date('2026-11-23T08:00:00Z');
  const secret = 'the secret of a toy';
  const delivery = { type: 'opened', id: 4711, subject: 'Refund', text: 'Where is my money?', user: 601 };
  const body = Buffer.from(JSON.stringify(delivery));
  const request = { method: 'POST', uri: 'https://usher.example.com', headers: { 'x-toydesk-delivery': 'd1' }, body };
  const headers = signedHeaders(toydesk.signature, request, { secret, now });
  expect(verify(toydesk.signature, { ...request, headers }, { secrets: [secret], now })).toBe('genuine');
  expect(deliveryIdOf(toydesk.deliveryId, { headers, body: delivery })).toBe('d1');

  const desk = toydesk.open(settings);
  expect(desk.read({ headers, body: delivery })).toMatchObject([{ kind: 'ticket', draft: { ticket_id: '4711' } }]);
  expect(desk.read({ headers, body: { type: 'ended', id: 4711, user: 900 } })).toEqual([
    { kind: 'ignored', reason: 'own_change' },
  ]);

  const before = { group: null, urgency: null, labels: ['vip'], custom: { shop: 'Berlin' } };
  const plan = desk.write(assignmentOf(), desk.current([before]), null);
  expect(plan.requests.map(line)).toEqual([
    'PATCH /tickets/4711 {"group":"31","urgency":"hot","custom":{"topic":"billing"}}',
    'PUT /tickets/4711/labels/usher_billing null',
    expect.stringMatching(/^POST \/tickets\/4711\/notes .*Usher decision #12\./),
  ]);

  const after = {
    group: 31,
    urgency: 'hot',
    labels: ['vip', 'usher_billing'],
    custom: { shop: 'Berlin', topic: 'billing' },
  };
  expect(desk.undo('4711', desk.current([after]), confirm(plan.written)).map(line)).toEqual([
    'PATCH /tickets/4711 {"group":null,"urgency":null,"custom":{"topic":null}}',
    'DELETE /tickets/4711/labels/usher_billing null',
  ]);
  expect(desk.outcome(desk.current([after]))).toEqual({ category: 'billing', subcategory: null, team: 'finance' });
});

function line({ method, path, body }: HelpdeskRequest): string {
  return `${method} ${path} ${JSON.stringify(body)}`;
}
