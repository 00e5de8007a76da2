import { openVault } from '@usher/db/vault';

/** A key for secrets in tests, of the form that settings want. */
export const SECRET_KEY = Buffer.alloc(32, 7).toString('base64');

/** The vault that opens with it. */
export const testVault = openVault(SECRET_KEY);
