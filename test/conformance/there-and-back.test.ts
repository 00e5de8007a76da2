import { connectors } from '@usher/core/connectors/registry';
import { findTicket } from '@usher/db/find-ticket';
import { recordDecision } from '@usher/db/record-decision';
import { deliver } from '@usher/worker/handlers/deliver';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiUnderTest, openApi } from '../api/api-under-test.ts';
import { makeRelease, routeToFinance } from '../db/decision.ts';
import { samplesOf } from '../support/connector-samples.ts';
import { startHelpdesk } from '../support/helpdesk/server.ts';
import { makeSource, posted } from '../support/incoming-webhooks.ts';
import { openDesk, type SupportDesk, workerDeps } from '../worker/support-desk.ts';

let own: SupportDesk;
let api: ApiUnderTest;
beforeAll(async () => {
  own = await openDesk();
  api = await openApi({ databaseUrl: own.databaseUrl });
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await own[Symbol.asyncDispose]();
});

/** Intercom's tickets, whose ids have a prefix, have another API than the conversations of its model. */
function isModelled(externalId: unknown): boolean {
  return typeof externalId === 'string' && !externalId.startsWith('ticket-');
}

const withText = connectors.flatMap((connector) => {
  const samples = samplesOf(connector.name);
  const created = samples.find(({ readings }) => isModelled(Object(readings[0]).draft?.ticket_id));
  const echo = samples.find(({ readings }) => Object(readings[0]).reason === 'own_change');
  return connector.api === null || created === undefined || echo === undefined
    ? []
    : [{ name: connector.name, connector, created, echo }];
});

test.each(withText)(
  '$name: a signed ticket is decided and shown in its helpdesk, and the echo of our own writing changes nothing',
  async ({ name, connector, created, echo }) => {
    await using server = await startHelpdesk(name);
    const source = await makeSource(own.db, connector, { base_url: server.url });
    const externalId = String(Object(created.readings[0]).draft.ticket_id);
    const ticket = server.open({ id: externalId, tags: ['77'] });
    const { path, headers, body } = posted(connector, source, created);
    expect((await api.send(path, { key: null, headers, body })).status).toBe(202);

    const stored = await findTicket(own.db, { source: source.name, externalId });
    const by = { ticketId: stored?.id ?? 0, revision: 1, mode: 'auto', engine: 'local', calls: [] } as const;
    const releaseId = await makeRelease(own.db);
    const { deliveryIds } = await recordDecision(own.db, { ...by, releaseId, decision: routeToFinance() });
    const { deps } = workerDeps(own, {});
    for (const deliveryId of deliveryIds) {
      await deliver({ deliveryId }, { ...deps, signal: new AbortController().signal });
    }
    expect((await own.history(stored?.id ?? 0)).deliveries).toMatchObject([{ state: 'delivered', lastError: null }]);
    expect(ticket.notes).toHaveLength(1);
    expect(ticket.tags).toContain('77');
    const calls = server.calls.length;

    const back = posted(connector, source, echo);
    const answer = await api.send(back.path, { key: null, headers: back.headers, body: back.body });
    expect(answer).toMatchObject({ status: 202, body: { tickets: 0, fetching: 0 } });
    expect(await findTicket(own.db, { source: source.name, externalId })).toMatchObject({
      revision: 1,
      state: 'routed',
    });
    expect((await own.history(stored?.id ?? 0)).deliveries).toMatchObject([{ state: 'delivered' }]);
    expect(server.calls).toHaveLength(calls);
  },
);
