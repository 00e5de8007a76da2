import { randomBytes } from 'node:crypto';
import type { OutboundEvent } from '@usher/core/outbound-event';
import { and, eq, isNull, sql } from 'drizzle-orm';
import { writeAudit } from './audit.ts';
import type { Db } from './connect.ts';
import { whileAvailable } from './failures.ts';
import { endpoints } from './schema/endpoints.ts';
import { deliveries } from './schema/operations.ts';
import { sources } from './schema/sources.ts';
import type { Vault } from './vault.ts';

/** An endpoint without its secrets. */
export interface Endpoint {
  id: number;
  url: string;
  description: string | null;
  events: OutboundEvent[];
  /** Name of the only source whose tickets are told; null for every source. */
  source: string | null;
  disabledAt: Date | null;
  disabledWhy: 'gone' | 'by_hand' | null;
  /** Until when the secret before the newest signs, too; null where there is none. */
  oldSecretUntil: Date | null;
  createdAt: Date;
}

const shown = {
  id: endpoints.id,
  url: endpoints.url,
  description: endpoints.description,
  events: endpoints.events,
  source: sources.name,
  disabledAt: endpoints.disabledAt,
  disabledWhy: endpoints.disabledWhy,
  oldSecretUntil:
    sql<Date | null>`case when ${endpoints.oldSecretUntil} > now() then ${endpoints.oldSecretUntil} end`.mapWith(
      (text: string) => new Date(text),
    ),
  createdAt: endpoints.createdAt,
};

/** Every endpoint that was not removed, oldest first. */
export async function listEndpoints(db: Db): Promise<Endpoint[]> {
  return whileAvailable(() => selectEndpoints(db).where(isNull(endpoints.removedAt)).orderBy(endpoints.id));
}

/** The endpoint of this number; undefined if there is none, or no more. */
export async function findEndpoint(db: Db, id: number): Promise<Endpoint | undefined> {
  const [found] = await whileAvailable(() => selectEndpoints(db).where(inUse(id)));
  return found;
}

function selectEndpoints(db: Db) {
  return db.select(shown).from(endpoints).leftJoin(sources, eq(sources.id, endpoints.sourceId));
}

function inUse(id: number) {
  return and(eq(endpoints.id, id), isNull(endpoints.removedAt));
}

/** What an endpoint is to be; its address was checked before. */
export interface NewEndpoint {
  url: string;
  description: string | null;
  events: readonly OutboundEvent[];
  sourceId: number | null;
}

/** Makes an endpoint with a new secret, which is shown this once. Throws SecretKeyMissing. */
export async function createEndpoint(
  db: Db,
  given: NewEndpoint,
  { vault, actor }: { vault: Vault; actor: string },
): Promise<{ id: number; secret: string }> {
  const secret = newSecret();
  const sealed = vault.seal(secret);
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      const values = { ...given, events: [...given.events], secret: sealed };
      const [made] = await tx.insert(endpoints).values(values).returning({ id: endpoints.id });
      if (made === undefined) throw new Error('an endpoint was not stored');
      await writeAudit(tx, { actor, verb: 'endpoint.create', subject: `endpoint ${made.id}`, detail: { ...given } });
      return { id: made.id, secret };
    }),
  );
}

/** A whole signing secret of Standard Webhooks: 32 bytes. */
function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/** What of an endpoint changes; what is left out stays. */
export type EndpointChange = Partial<NewEndpoint> & { isDisabled?: boolean };

/** Changes an endpoint; answers whether there is one. Enabled again, it is told what is decided from then on. */
export async function changeEndpoint(
  db: Db,
  id: number,
  { actor, isDisabled, events, ...change }: EndpointChange & { actor: string },
): Promise<boolean> {
  const set = {
    ...change,
    ...(events !== undefined && { events: [...events] }),
    ...(isDisabled === true && {
      disabledAt: sql`coalesce(${endpoints.disabledAt}, now())`,
      disabledWhy: 'by_hand' as const,
    }),
    ...(isDisabled === false && { disabledAt: null, disabledWhy: null }),
  };
  const detail = { ...change, ...(events && { events }), ...(isDisabled !== undefined && { disabled: isDisabled }) };
  return changed(db, id, { set, audit: { actor, verb: 'endpoint.change', detail } });
}

/** Disables an endpoint that said that it is gone. */
export async function disableGone(db: Db, id: number): Promise<void> {
  const set = { disabledAt: new Date(), disabledWhy: 'gone' as const };
  await changed(db, id, { set, audit: { actor: 'worker', verb: 'endpoint.gone', detail: {} } });
}

/** Takes an endpoint out of use and forgets its secrets; what it was told stays on record. Answers whether there was one. */
export async function removeEndpoint(db: Db, id: number, actor: string): Promise<boolean> {
  const set = { removedAt: new Date(), secret: null, oldSecret: null };
  return changed(db, id, { set, audit: { actor, verb: 'endpoint.remove', detail: {} } });
}

/**
 * Gives an endpoint a new secret, which is shown this once; the one before signs, too, for so many milliseconds, so that
 * the receiver can change over without losing anything. Undefined if there is no such endpoint. Throws SecretKeyMissing.
 */
export async function rotateSecret(
  db: Db,
  id: number,
  { vault, actor, keepForMs }: { vault: Vault; actor: string; keepForMs: number },
): Promise<{ secret: string } | undefined> {
  const secret = newSecret();
  const set = {
    secret: vault.seal(secret),
    oldSecret: sql`${endpoints.secret}`,
    oldSecretUntil: sql`now() + ${keepForMs} * interval '1 millisecond'`,
  };
  const isThere = await changed(db, id, { set, audit: { actor, verb: 'endpoint.rotate', detail: { keepForMs } } });
  return isThere ? { secret } : undefined;
}

/** Puts a test for an endpoint into the outbox; answers its delivery, or undefined if there is no such endpoint. */
export async function testEndpoint(db: Db, id: number): Promise<number | undefined> {
  const [made] = await whileAvailable(() =>
    db.execute<{ deliveryId: number }>(sql`
      insert into deliveries (endpoint_id, source_id, event, due_at)
      select id, source_id, 'endpoint.test', now() from endpoints where id = ${id} and removed_at is null
      returning ${deliveries.id}::float8 as "deliveryId"`),
  );
  return made?.deliveryId;
}

interface Changed {
  set: Parameters<ReturnType<Db['update']>['set']>[0];
  audit: { actor: string; verb: string; detail: Record<string, unknown> };
}

async function changed(db: Db, id: number, { set, audit }: Changed): Promise<boolean> {
  return whileAvailable(() =>
    db.transaction(async (tx) => {
      // Drizzle refuses an update that sets nothing.
      const updated = tx.update(endpoints).set({ url: sql`${endpoints.url}`, ...set });
      const [found] = await updated.where(inUse(id)).returning({ id: endpoints.id });
      if (found === undefined) return false;
      await writeAudit(tx, { ...audit, subject: `endpoint ${id}` });
      return true;
    }),
  );
}
