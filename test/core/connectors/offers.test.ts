import { findConnector } from '@usher/core/connectors/registry';
import { expect, test } from 'vitest';
import { settingsOf } from '../../support/connector-samples.ts';

/** What each vendor answers by its documentation, cut to what matters here. */
const answers: Record<string, Record<string, unknown>> = {
  chatwoot: {
    '/api/v1/accounts/7/teams': [{ id: 31, name: 'finance', allow_auto_assign: true }],
    '/api/v1/profile': { id: 900, name: 'Usher', email: 'usher@example.com' },
  },
  freshdesk: {
    '/api/v2/groups?per_page=100': [{ id: 31, name: 'finance', escalate_to: null }],
    '/api/v2/agents/me': { id: 900, contact: { name: 'Usher' } },
  },
  front: { '/inboxes': { _results: [{ id: 'inb_31', name: 'finance', address: 'x@y' }] } },
  gorgias: {
    '/api/teams?limit=100': { data: [{ id: 31, name: 'finance' }] },
    '/api/users/0': { id: 900, name: 'Usher' },
  },
  helpscout: {
    '/v2/teams': { _embedded: { teams: [{ id: 31, name: 'finance' }] } },
    '/v2/users/me': { id: 900, firstName: 'Usher' },
  },
  hubspot: {
    '/crm/v3/owners?limit=100': { results: [{ id: '31', email: 'finance@example.com', firstName: '', lastName: '' }] },
  },
  intercom: {
    '/teams': { type: 'team.list', teams: [{ id: '31', name: 'finance' }] },
    '/me': { type: 'admin', id: '900', name: 'Usher' },
  },
  jira: {
    '/rest/api/3/priority': [{ id: '2', name: 'High' }],
    '/rest/api/3/myself': { accountId: 'acc:900', displayName: 'Usher' },
  },
  zammad: {
    '/api/v1/groups': [{ id: 31, name: 'finance', active: true }],
    '/api/v1/ticket_priorities': [{ id: 3, name: '3 high' }],
    '/api/v1/users/me': { id: 900, login: 'usher@example.com' },
  },
  zendesk: {
    '/api/v2/groups?page[size]=100': { groups: [{ id: 31, name: 'finance' }] },
    '/api/v2/users/me': { user: { id: 900, name: 'Usher' } },
  },
};

test.each(Object.keys(answers))('%s says whom it has, and as whom we call it', (name) => {
  const own = name === 'chatwoot' ? { account_id: 7 } : {};
  const answered = answers[name] ?? {};
  const { offers } = findConnector(name)?.open(settingsOf(name, own)) ?? {};
  const said = Object.entries(offers ?? {}).flatMap(([what, offer]) =>
    offer === null ? [] : [[what, offer.read(answered[offer.request.path])] as const],
  );
  expect(said.length).toBe(Object.keys(answered).length);
  for (const [what, choices] of said) {
    expect(choices).toHaveLength(1);
    const expected = { teams: /31|finance/, priorities: /high/i, self: /900$/ }[what];
    expect(choices[0]?.id).toMatch(expected ?? '');
  }
});
