import type { Assignment } from '@usher/core/connectors/assignment';
import type { OpenConnector } from '@usher/core/connectors/connector';
import { loadOf } from '@usher/core/connectors/intake';
import { isFailure } from '@usher/core/failure';
import type { Category, Taxonomy } from '@usher/core/taxonomy';
import type { Account } from '@usher/helpdesk/account';
import type { Helpdesk } from '@usher/helpdesk/helpdesk';
import type { Probe } from './probe-webhook.ts';

const DAY_MS = 86_400_000;
/** Milliseconds that all calls of one question may take. */
const CALLS_MS = 30_000;

/** A ticket of the helpdesk as it was read, or why there is none. */
export interface Read {
  probe: Probe;
  ticketId: string | undefined;
}

/** Reads from the helpdesk: who we are, and what changed in the last day where that can be asked. Writes nothing. */
export async function probeRead(account: Account, ticketId: string | undefined): Promise<Read> {
  const what = 'read';
  const { desk, helpdesk } = account;
  if (helpdesk === null) {
    return { probe: { what, result: 'skipped', detail: 'this kind of source has no API' }, ticketId };
  }
  try {
    const self = await readSelf(desk, helpdesk);
    const changed = await readChanged(desk, helpdesk);
    const found = ticketId ?? changed.first;
    const seen = found === undefined ? [] : [await readTicket(desk, helpdesk, found)];
    const detail = [...self, ...changed.said, ...seen].join('; ') || 'nothing to read without --ticket';
    return { probe: { what, result: 'ok', detail }, ticketId: found };
  } catch (thrown) {
    return { probe: { what, result: 'failed', detail: failure(thrown) }, ticketId };
  }
}

async function readSelf({ offers: { self } }: OpenConnector, helpdesk: Helpdesk): Promise<string[]> {
  if (self === null) return [];
  const [answer] = await helpdesk.ask([self.request], AbortSignal.timeout(CALLS_MS));
  return self.read(answer).map(({ id, name }) => `we are ${name} (${id})`);
}

async function readChanged({ pull }: OpenConnector, helpdesk: Helpdesk): Promise<{ said: string[]; first?: string }> {
  if (pull === null) return { said: [] };
  const now = new Date();
  const cursor = pull.start(new Date(now.getTime() - DAY_MS));
  const [answer] = await helpdesk.ask([pull.page(cursor)], AbortSignal.timeout(CALLS_MS));
  const { drafts, errands } = loadOf(pull.read(cursor, answer, now).readings);
  const [first] = [...drafts.map((draft) => draft.ticket_id), ...errands.map(({ externalId }) => externalId)];
  const said = [`${drafts.length + errands.length} tickets changed in the last day (first page)`];
  return { said, ...(first !== undefined && { first }) };
}

async function readTicket(desk: OpenConnector, helpdesk: Helpdesk, ticketId: string): Promise<string> {
  const { team, priority, tags } = desk.current(await helpdesk.ask(desk.end(ticketId), AbortSignal.timeout(CALLS_MS)));
  return `ticket ${ticketId}: team ${team ?? 'none'}, priority ${priority ?? 'none'}, ${tags.length} tags`;
}

/** Plans, and does not send, what a decision for the taxonomy's first category would write on a ticket. */
export async function probeWrite(
  { desk, helpdesk }: Account,
  ticketId: string | undefined,
  taxonomy: Taxonomy | undefined,
): Promise<Probe> {
  const what = 'write';
  const [category] = taxonomy?.categories ?? [];
  if (helpdesk === null)
    return { what, result: 'skipped', detail: 'decisions are told by endpoints (usher endpoints)' };
  if (ticketId === undefined || category === undefined) {
    return {
      what,
      result: 'skipped',
      detail: 'name a ticket of the helpdesk with --ticket to see what would be written on it',
    };
  }
  const assignment = sampleAssignment(ticketId, category);
  try {
    const current = desk.current(await helpdesk.ask(desk.end(ticketId), AbortSignal.timeout(CALLS_MS)));
    const { requests, kept } = desk.write(assignment, current, null);
    const calls = requests.map(({ method, path, body }) => ({ method, path, body }));
    const stays = kept.length === 0 ? '' : `; left as somebody set it: ${kept.join(', ')}`;
    const detail = `a decision for ${category.key} would make ${calls.length} calls, none of which was sent${stays}`;
    return { what, result: 'ok', detail, calls };
  } catch (thrown) {
    return { what, result: 'failed', detail: failure(thrown) };
  }
}

function sampleAssignment(ticketId: string, { key, team, priority, sla_hours: slaHours }: Category): Assignment {
  const decided = { category: key, subcategory: null, team, priority, slaHours, confidence: 0.99, isCalibrated: true };
  const now = new Date();
  return {
    ticketId,
    decisionId: 0,
    decision: { action: 'route', reason: 'confident', ...decided, note: null },
    decidedAt: now,
    slaDueAt: new Date(now.getTime() + slaHours * 3_600_000),
    rationale: null,
    correctionUrl: null,
  };
}

function failure(thrown: unknown): string {
  if (isFailure(thrown)) return thrown.message;
  throw thrown;
}
