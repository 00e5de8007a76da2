import type { Db } from '@usher/db/connect';
import { createEndpoint, type NewEndpoint, removeEndpoint } from '@usher/db/endpoints';
import { OutboundEvent } from '@usher/core/outbound-event';
import { testVault } from './vault.ts';

/** An endpoint of a test, taken out of use when it is disposed of. */
export interface TestEndpoint extends AsyncDisposable {
  id: number;
  secret: string;
}

/** Announces decisions at an address: all events of every source unless said otherwise. */
export async function announceTo(db: Db, url: string, wanted: Partial<NewEndpoint> = {}): Promise<TestEndpoint> {
  const given = { url, description: null, events: OutboundEvent.options, sourceId: null, ...wanted };
  const made = await createEndpoint(db, given, { vault: testVault, actor: 'test' });
  return {
    ...made,
    async [Symbol.asyncDispose]() {
      await removeEndpoint(db, made.id, 'test');
    },
  };
}
