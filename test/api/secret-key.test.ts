import { sayClosedSecrets } from '@usher/api/closed-secrets';
import { zendesk } from '@usher/core/connectors/zendesk';
import { openVault } from '@usher/db/vault';
import { expect, test } from 'vitest';
import { samplesOf } from '../support/connector-samples.ts';
import { makeSource, posted } from '../support/incoming-webhooks.ts';
import { testVault } from '../support/vault.ts';
import { openApi } from './api-under-test.ts';

test('without the key, a webhook is answered 503 so that its helpdesk sends again, and the log says what to do', async () => {
  const keyless = openVault(undefined);
  await using api = await openApi({ vault: keyless });
  const source = await makeSource(api.db, zendesk);
  const [sample] = samplesOf('zendesk');
  if (sample === undefined) throw new Error('zendesk has no sample');
  const { path, headers, body } = posted(zendesk, source, sample);
  const answer = await api.send(path, { key: null, headers, body });
  expect([answer.status, answer.body]).toMatchObject([503, { code: 'source_unusable' }]);
  expect(answer.headers.get('retry-after')).toBe('60');
  expect(answer.text).not.toContain('USHER_SECRET_KEY');

  await sayClosedSecrets(keyless, api.deps);
  const error = expect.objectContaining({ code: 'secret_key_missing' });
  const todo = expect.stringContaining('openssl rand -base64 32');
  expect(api.logged).toContainEqual(expect.objectContaining({ event: 'source_unusable', source: source.name, error }));
  expect(api.logged).toContainEqual(
    expect.objectContaining({ event: 'secrets_closed', owners: [`source ${source.name}`], error, todo }),
  );
});

test('with the key nothing is said', async () => {
  await using api = await openApi();
  await makeSource(api.db, zendesk);
  await sayClosedSecrets(testVault, api.deps);
  expect(api.logged).not.toContainEqual(expect.objectContaining({ event: 'secrets_closed' }));
});
