import { eq } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { endpoints } from './schema/endpoints.ts';
import { sources } from './schema/sources.ts';
import type { Sealed, Vault } from './vault.ts';

/** Seals with the newest key whatever an older one sealed, and answers how many secrets that were. */
export async function resealSecrets(db: Db, vault: Vault): Promise<number> {
  const reseal = (sealed: Sealed | null) =>
    sealed === null || vault.isNewest(sealed) ? undefined : vault.seal(vault.open(sealed));
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      let resealed = 0;
      for (const { id, ...row } of await tx.select().from(sources).for('update')) {
        const secrets = reseal(row.secrets);
        if (secrets === undefined) continue;
        await tx.update(sources).set({ secrets }).where(eq(sources.id, id));
        resealed += 1;
      }
      for (const { id, ...row } of await tx.select().from(endpoints).for('update')) {
        const [secret, oldSecret] = [reseal(row.secret), reseal(row.oldSecret)];
        const set = { ...(secret && { secret }), ...(oldSecret && { oldSecret }) };
        if (secret === undefined && oldSecret === undefined) continue;
        await tx.update(endpoints).set(set).where(eq(endpoints.id, id));
        resealed += Object.keys(set).length;
      }
      return resealed;
    }),
  );
}
