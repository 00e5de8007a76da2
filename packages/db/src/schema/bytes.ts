import { customType } from 'drizzle-orm/pg-core';

/** Raw bytes; Drizzle has no `bytea` of its own. */
export const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' });
