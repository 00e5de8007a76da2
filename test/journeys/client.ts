import { setDefaultAutoSelectFamilyAttemptTimeout } from 'node:net';
import { z } from 'zod';

// Two busy cores may take longer than the default quarter of a second to accept a connection.
setDefaultAutoSelectFamilyAttemptTimeout(5_000);

const Decided = z.object({
  ticket_id: z.string(),
  routed_to: z.string().nullable(),
  category: z.string().nullable(),
  subcategory: z.string().nullable(),
  priority: z.string().nullable(),
  sla_hours: z.number().nullable(),
  confidence: z.number().nullable(),
  note: z.string().nullable(),
});
export type Decided = z.infer<typeof Decided>;

/** A helpdesk that talks to one API. */
export interface Client {
  send(
    path: string,
    options?: { method?: string; body?: unknown; prefer?: string },
  ): Promise<{ status: number; body: unknown }>;
  /** Posts a ticket and waits up to 30 s for its decision. */
  decide(ticket: { ticket_id: string; subject: string; body: string }): Promise<Decided>;
}

/** A client of the API at this address with this key. */
export function clientOf(url: string, key: string): Client {
  const send: Client['send'] = async (path, { method, body, prefer } = {}) => {
    const answer = await fetch(`${url}${path}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        Authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(prefer === undefined ? {} : { Prefer: prefer }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: await answer.json() };
  };
  return {
    send,
    async decide(ticket) {
      const { status, body } = await send('/ticket-webhook', { body: ticket, prefer: 'wait=30' });
      if (status !== 200) throw new Error(`ticket ${ticket.ticket_id} got ${status}: ${JSON.stringify(body)}`);
      return Decided.parse(body);
    },
  };
}
