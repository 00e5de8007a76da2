import type { Assignment } from '@usher/core/connectors/assignment';
import type { Current } from '@usher/core/connectors/changes';
import { connectors, findConnector } from '@usher/core/connectors/registry';
import type { HelpdeskRequest } from '@usher/core/connectors/request';
import type { Decision } from '@usher/core/decide';
import type { DeskTicket } from '../../support/helpdesks/model.ts';
import { helpdeskModels } from '../../support/helpdesks/registry.ts';
import { settingsOf } from '../../support/connector-samples.ts';

/** The connectors that write, with a ticket's id as the vendor has them. */
export const writers = connectors.flatMap(({ name, api }) => (api === null ? [] : [{ name, api }]));

/** A connector's source with a ticket in a helpdesk that behaves as the vendor's. */
export function openDesk(name: string, { ticket, ...changed }: { ticket?: Partial<DeskTicket>; mode?: string } = {}) {
  const connector = findConnector(name);
  const model = helpdeskModels[name];
  if (connector === undefined || model === undefined) throw new Error(`no connector and model ${name}`);
  const desk = connector.open(settingsOf(name, changed));
  const settings = connector.settings.parse(settingsOf(name));
  const state: DeskTicket = {
    id: '4711',
    team: settings.untouched_teams[0] ?? null,
    priority: settings.untouched_priorities[0] ?? null,
    tags: [],
    fields: {},
    status: 'open',
    notes: [],
    version: 1,
    ...ticket,
  };
  const send = (request: HelpdeskRequest) => {
    const answer = model(state, request);
    if (answer === undefined) throw new Error(`${name} has no ${request.method} ${request.path}`);
    return answer;
  };
  const look = (): Current => desk.current(desk.look(state.id).map((request) => send(request).body));
  const sendAll = (requests: readonly HelpdeskRequest[]) => requests.map((request) => send(request).status);
  return { desk, state, send, sendAll, look };
}

/** A decision of ours about the ticket of `openDesk`. */
export function assignmentOf(decision: Partial<Decision> = {}, ticketId = '4711'): Assignment {
  return {
    ticketId,
    decisionId: 12,
    decision: {
      action: 'route',
      reason: 'confident',
      category: 'billing',
      subcategory: 'charge_dispute',
      team: 'finance',
      priority: 'high',
      slaHours: 24,
      isCalibrated: false,
      confidence: 0.93,
      note: null,
      ...decision,
    },
    decidedAt: new Date('2026-11-23T08:00:00Z'),
    slaDueAt: new Date('2026-11-24T08:00:00Z'),
    rationale: 'The customer disputes a charge.',
    correctionUrl: 'https://usher.example.com/tickets/1',
  };
}
