import type { HelpdeskRequest, Json } from '@usher/core/connectors/request';

/** One ticket as a helpdesk keeps it, in the helpdesk's own words. */
export interface DeskTicket {
  id: string;
  team: string | null;
  priority: string | null;
  tags: string[];
  fields: Record<string, Json>;
  status: string;
  notes: string[];
  /** Grows with every change. */
  version: number;
}

export interface DeskAnswer {
  status: number;
  body: Json;
}

/** How a vendor's API treats one ticket, traps included. Changes the ticket and answers; undefined for an unknown call. */
export type HelpdeskModel = (ticket: DeskTicket, request: HelpdeskRequest) => DeskAnswer | undefined;

/** A call as `METHOD path`, without the query. */
export function callOf({ method, path }: HelpdeskRequest): string {
  return `${method} ${path.replace(/\?.*$/, '')}`;
}

/** The answer to a call that worked. */
export function done(body: Json = null): DeskAnswer {
  return { status: 200, body };
}

/** Puts values over others in the way of most APIs: what is undefined stays. */
export function merge(ticket: DeskTicket, values: Partial<DeskTicket>): DeskAnswer {
  Object.assign(ticket, Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)));
  ticket.version += 1;
  return done();
}

/** The vendor's id as text, null where it is cleared, and undefined where it is not said. */
export function idText(id: string | number | null | undefined): string | null | undefined {
  return id == null ? id : String(id);
}
