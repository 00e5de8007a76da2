import { findConnector } from '@usher/core/connectors/registry';
import type { CategorisedDecision, Decision } from '@usher/core/decide';
import { TicketDraft } from '@usher/core/ticket';
import { claimDeliveries } from '@usher/db/claim-deliveries';
import { correctTicket } from '@usher/db/correct-ticket';
import { receiveTickets } from '@usher/db/receive-tickets';
import { recordDecision } from '@usher/db/record-decision';
import { saveSource } from '@usher/db/sources';
import type { Deps } from '@usher/worker/deps';
import { deliver } from '@usher/worker/handlers/deliver';
import { makeRelease, routeToFinance } from '../db/decision.ts';
import { settingsOf } from '../support/connector-samples.ts';
import { type HelpdeskServer, startHelpdesk } from '../support/helpdesk/server.ts';
import type { DeskTicket } from '../support/helpdesks/model.ts';
import { testVault } from '../support/vault.ts';
import { type SupportDesk, workerDeps } from './support-desk.ts';

/** A source of ours with its helpdesk, and a worker that writes there. */
export interface SourceWithHelpdesk extends AsyncDisposable {
  server: HelpdeskServer;
  /** What this source writes for `routeToFinance`, in the helpdesk's words, and what an untouched ticket has. */
  words: Words;
  /** A ticket of the helpdesk that Usher received, in the helpdesk and here. */
  receive(ticket?: Partial<DeskTicket>): Promise<Received>;
  /** An engine's decision about it; answers its delivery, 0 where there is none. */
  decide(received: Received, decision?: Partial<Decision>): Promise<number>;
  /** A person's decision about it; answers its delivery. */
  correct(received: Received, decision: Partial<CategorisedDecision>): Promise<number>;
  /** Makes one delivery as a worker would. */
  deliver(deliveryId: number, changed?: Partial<Deps>): Promise<void>;
  /** Lets so much time pass in Postgres, and then makes what is due; answers how many deliveries that were. */
  pass(span: string): Promise<number>;
}

export interface Received {
  ticketId: number;
  desk: DeskTicket;
}

export interface Words {
  team: string;
  otherTeam: string;
  tags: string[];
  field: string;
  untouched: { team: string | null; priority: string | null };
}

let count = 0;

/** Sets up a source with a helpdesk of this kind. */
export async function openSource(
  own: SupportDesk,
  kind: string,
  changed: Record<string, unknown> = {},
): Promise<SourceWithHelpdesk> {
  const { db } = own;
  const server = await startHelpdesk(kind);
  const settings = { ...settingsOf(kind), ...changed, base_url: server.url };
  const secrets = { webhook: ['s3cret'], credentials: server.credentials };
  const name = `${kind}-${(count += 1)}`;
  const source = await saveSource(db, { name, connector: kind, settings, secrets, actor: 'test' }, testVault);
  const { deps } = workerDeps(own, {});
  const all = { ...deps, signal: new AbortController().signal };
  const words = wordsOf(kind);
  const make = (deliveryId: number, changed: Partial<Deps> = {}) => deliver({ deliveryId }, { ...all, ...changed });
  return {
    server,
    words,
    async receive(ticket = {}) {
      const id = String(4_711 + (count += 1));
      const draft = TicketDraft.parse({ ticket_id: id, subject: 'Charged twice', body: 'Two charges.' });
      const [receipt] = await receiveTickets(db, [{ sourceId: source.id, lane: 'live', draft }]);
      return { ticketId: receipt?.ticketId ?? 0, desk: server.open({ id, ...words.untouched, ...ticket }) };
    },
    async decide({ ticketId }, decision) {
      const releaseId = await makeRelease(db);
      const by = { ticketId, revision: 1, releaseId, mode: 'auto', engine: 'local', calls: [] } as const;
      const { deliveryIds } = await recordDecision(db, { ...by, decision: routeToFinance(decision) });
      return deliveryIds[0] ?? 0;
    },
    async correct({ ticketId }, decision) {
      const by = { actorKind: 'agent', actor: 'ana', note: null } as const;
      const chosen = {
        category: 'security',
        subcategory: null,
        team: 'security',
        priority: 'high',
        confidence: null,
      } as const;
      const whole = { ...routeToFinance({ reason: 'corrected' }), ...chosen, ...decision };
      const { deliveryIds } = await correctTicket(db, { ticketId, decision: whole, by, mode: 'auto' });
      return deliveryIds[0] ?? 0;
    },
    deliver: make,
    async pass(span) {
      await own.sql`update deliveries set due_at = due_at - ${span}::interval, started_at = started_at - ${span}::interval`;
      await own.sql`update receiver_pauses set until = until - ${span}::interval`;
      await own.sql`update write_backs set held_until = held_until - ${span}::interval`;
      const due = await claimDeliveries(db, { limit: 1_000, againAfterMs: 10_000 });
      for (const { payload } of due) if ('deliveryId' in payload) await make(payload.deliveryId);
      return due.length;
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
    },
  };
}

function wordsOf(kind: string): Words {
  const connector = findConnector(kind);
  if (connector?.api == null) throw new Error(`${kind} does not write`);
  const { teams, tags, tag_prefix, fields, untouched_teams, untouched_priorities } = connector.settings.parse(
    settingsOf(kind),
  );
  const { finance: team, security: otherTeam } = teams;
  const { category: field } = fields;
  if (team === undefined || otherTeam === undefined || field === undefined) throw new Error(`${kind} lacks settings`);
  const own = { none: [], 'by name': [`${tag_prefix}billing`], 'by id': [tags['billing'] ?? ''] };
  const untouched = { team: untouched_teams[0] ?? null, priority: untouched_priorities[0] ?? null };
  return { team, otherTeam, tags: own[connector.api.features.tags], field, untouched };
}
