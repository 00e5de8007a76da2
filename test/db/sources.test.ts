import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { secretKey } from '@usher/cli/secret-key';
import { readConfig } from '@usher/core/config';
import { connectDatabase, type Database } from '@usher/db/connect';
import { ensureSource, findSource, listSources, openSource, removeSource, saveSource } from '@usher/db/sources';
import { createEndpoint } from '@usher/db/endpoints';
import { findClosedSecrets } from '@usher/db/closed-secrets';
import { resealSecrets } from '@usher/db/reseal';
import { endpoints } from '@usher/db/schema/endpoints';
import { isSealed, openVault, SecretKeyMissing, SecretKeyWrong } from '@usher/db/vault';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makePostgresFolder } from '../support/postgres-folder.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

const older = Buffer.alloc(32, 1).toString('base64');
const newer = Buffer.alloc(32, 2).toString('base64');
const secrets = { webhook: ['s3cret'], credentials: { api_token: 'tok-Größe' } };
const zendesk = {
  name: 'desk',
  connector: 'zendesk',
  settings: { base_url: 'https://acme.zendesk.com' },
  actor: 'test',
};

let owned: TestDatabase;
let database: Database;
beforeAll(async () => {
  owned = await createTestDatabase();
  database = connectDatabase(owned.url, { name: 'test', connections: 2 });
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await owned.drop();
});

describe('A source', () => {
  test('keeps its secrets so that they can be read only with the key', async () => {
    const vault = openVault(older);
    const saved = await saveSource(database.db, { ...zendesk, secrets }, vault);
    expect(saved.secrets).not.toMatch(/s3cret|api_token|tok-/);
    expect(openSource(saved, vault)).toEqual({
      id: saved.id,
      name: 'desk',
      connector: 'zendesk',
      settings: zendesk.settings,
      secrets,
    });
  });

  test('that needs no secrets is opened without a key', async () => {
    const source = await ensureSource(database.db, 'plain');
    expect(openSource(source, openVault(undefined)).secrets).toEqual({ webhook: [], credentials: {} });
  });

  test('is set up again under the same number, also after it was removed, and its secrets go with its removal', async () => {
    const vault = openVault(older);
    const first = await saveSource(database.db, { ...zendesk, name: 'gone', secrets }, vault);
    expect(await removeSource(database.db, { name: 'gone', actor: 'test' })).toBe(true);
    expect(await removeSource(database.db, { name: 'gone', actor: 'test' })).toBe(false);
    expect(await findSource(database.db, 'gone')).toMatchObject({ secrets: null, settings: {} });
    expect((await listSources(database.db)).map(({ name }) => name)).not.toContain('gone');
    const again = await saveSource(database.db, { ...zendesk, name: 'gone', secrets }, vault);
    expect([again.id, again.removedAt]).toEqual([first.id, null]);
  });
});

describe('A sealed secret', () => {
  test('says what to do where the key is missing or another one, or its bytes were changed', () => {
    const sealed = openVault(older).seal('secret');
    expect(() => openVault(undefined).open(sealed)).toThrow(SecretKeyMissing);
    expect(() => openVault(undefined).seal('secret')).toThrow(/openssl rand -base64 32/);
    expect(() => openVault(newer).open(sealed)).toThrow(/made with another key.*USHER_SECRET_KEY/);
    const other = sealed.endsWith('A') ? 'B' : 'A';
    for (const at of [12, 20, sealed.length - 3]) {
      const changed = `${sealed.slice(0, at)}${sealed[at] === other ? 'C' : other}${sealed.slice(at + 1)}`;
      if (!isSealed(changed)) throw new Error('the change broke the form');
      expect(() => openVault(older).open(changed)).toThrow(SecretKeyWrong);
    }
  });

  test('is never the same twice', () => {
    const vault = openVault(older);
    expect(vault.seal('secret')).not.toBe(vault.seal('secret'));
  });

  test('is opened while the key is being replaced, and after sealing anew with the newer key alone', async () => {
    const { db } = database;
    const saved = await saveSource(db, { ...zendesk, name: 'rotated', secrets }, openVault(older));
    const wanted = {
      url: 'https://example.com',
      description: null,
      events: ['ticket.decided'],
      sourceId: null,
    } as const;
    const endpoint = await createEndpoint(db, wanted, { vault: openVault(older), actor: 'test' });
    const both = openVault(`${newer}, ${older}`);
    expect(openSource(saved, both).secrets).toEqual(secrets);
    const closed = await findClosedSecrets(db, openVault(newer));
    expect(closed?.owners).toEqual(expect.arrayContaining(['source rotated', `endpoint ${endpoint.id}`]));
    expect(closed?.why).toBeInstanceOf(SecretKeyWrong);
    expect(await resealSecrets(db, both)).toBeGreaterThanOrEqual(2);
    expect(await resealSecrets(db, both)).toBe(0);
    expect(await findClosedSecrets(db, openVault(newer))).toBeUndefined();
    const found = await findSource(db, 'rotated');
    if (found === undefined) throw new Error('the source was lost');
    const kept = (await db.select().from(endpoints)).find(({ id }) => id === endpoint.id);
    expect(openSource(found, openVault(newer)).secrets).toEqual(secrets);
    if (kept?.secret == null) throw new Error('the endpoint lost its secret');
    expect(openVault(newer).open(kept.secret)).toBe(endpoint.secret);
  });
});

test('a service with its own database makes a key once, which only its user may read', async () => {
  const directory = await makePostgresFolder();
  try {
    const config = readConfig({ USHER_DATA_DIR: directory });
    const made = await Promise.all([secretKey(config), secretKey(config)]);
    expect(new Set([...made, await secretKey(config)]).size).toBe(1);
    expect((await stat(join(directory, 'secret.key'))).mode & 0o777).toBe(0o600);
    expect(readConfig({ USHER_SECRET_KEY: made[0] }).USHER_SECRET_KEY).toBe(made[0]);
    expect(await secretKey(readConfig({ USHER_SECRET_KEY: newer, USHER_DATA_DIR: directory }))).toBe(newer);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

test('no key is made where other machines could not know it', async () => {
  const config = readConfig({ DATABASE_URL: owned.url, USHER_DATA_DIR: '/nowhere/usher' });
  expect(await secretKey(config)).toBeUndefined();
});
