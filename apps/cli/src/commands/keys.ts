import { Scope } from '@usher/core/scope';
import { createApiKey, listApiKeys, revokeApiKey } from '@usher/db/api-keys';
import { API_SOURCE } from '@usher/db/sources';
import type { Command } from 'commander';
import { CannotDo } from '../failures.ts';
import { openDatabase } from '../open-database.ts';
import { table } from '../screen.ts';
import { readSourceName } from '../source-name.ts';
import type { Surroundings } from '../surroundings.ts';

const SCOPES = `what the key may do, separated by commas: ${Scope.options.join(', ')}`;

export function addKeys(program: Command, { config, screen }: Surroundings): void {
  const keys = program.command('keys').description('make, list and revoke API keys');
  keys
    .command('create')
    .description('make a key; it is shown this once')
    .argument('<name>', 'what it is for')
    .option('--scope <scopes>', SCOPES, 'intake')
    .option('--source <name>', 'source to which tickets posted with it belong', API_SOURCE)
    .addHelpText('after', '\nExample:\n  $ usher keys create "Web shop" --scope intake,agent')
    .action(async (name: string, options: { scope: string; source: string }) => {
      const scopes = readScopes(options.scope);
      const source = readSourceName(options.source);
      if (name.trim() === '') throw new CannotDo('name_empty', 'Give the key a name that says what it is for.');
      await using database = await openDatabase(config());
      const { id, key } = await createApiKey(database.db, {
        name,
        scopes,
        source,
        actor: 'usher keys',
      });
      screen.show(
        { id, key, name, scopes, source },
        `Key ${id} (${scopes.join(', ')}). It is shown this once:\n${key}`,
      );
    });
  keys
    .command('list')
    .description('every key, without the secret part')
    .action(async () => {
      await using database = await openDatabase(config());
      const listed = await listApiKeys(database.db);
      const rows = listed.map((key) => [
        String(key.keyId),
        `${key.prefix}…`,
        key.name,
        key.scopes.join(','),
        key.source,
        key.createdAt.toISOString().slice(0, 10),
        key.revokedAt === null ? 'active' : `revoked ${key.revokedAt.toISOString().slice(0, 10)}`,
      ]);
      screen.show(listed, table([['id', 'begins with', 'name', 'scopes', 'source', 'made', 'state'], ...rows]));
    });
  keys
    .command('revoke')
    .description('make a key useless within seconds')
    .argument('<id>', 'number of the key, from usher keys list')
    .action(async (id: string) => {
      const keyId = Number(id);
      await using database = await openDatabase(config());
      const isRevoked =
        Number.isSafeInteger(keyId) && (await revokeApiKey(database.db, { keyId, actor: 'usher keys' }));
      if (!isRevoked) throw new CannotDo('unknown_key', `There is no active key ${id}. usher keys list shows them.`);
      screen.show({ id: keyId, revoked: true }, `Key ${keyId} is revoked.`);
    });
}

function readScopes(text: string): Scope[] {
  const read = Scope.array()
    .min(1)
    .safeParse(text.split(',').map((scope) => scope.trim()));
  if (!read.success)
    throw new CannotDo('unknown_scope', `"${text}" is not a list of scopes. Known are: ${Scope.options.join(', ')}.`);
  return read.data;
}
