import type { Decision } from '@usher/core/decide';
import type { Mode } from '@usher/core/release';
import { findTicket, type StoredTicket } from '@usher/db/find-ticket';
import { recordDecision } from '@usher/db/record-decision';
import { vi } from 'vitest';
import { answer, makeRelease, routeToFinance } from '../db/decision.ts';
import type { ApiUnderTest } from './api-under-test.ts';

/** The ticket of the API's own source as soon as it is stored. */
export async function untilStored({ db }: ApiUnderTest, externalId: string): Promise<StoredTicket> {
  return vi.waitUntil(() => findTicket(db, { source: 'api', externalId }), { timeout: 10_000, interval: 5 });
}

/** Decides about a stored ticket as a worker would: billing for finance, unless told otherwise. */
export async function decideAs(
  api: ApiUnderTest,
  externalId: string,
  { mode = 'auto', ...changed }: Partial<Decision> & { mode?: Mode } = {},
): Promise<void> {
  const { id, revision } = await untilStored(api, externalId);
  const releaseId = await makeRelease(api.db);
  const decision = routeToFinance(changed);
  await recordDecision(api.db, {
    ticketId: id,
    revision,
    releaseId,
    mode,
    engine: 'claude',
    calls: [answer()],
    decision,
  });
}
