import { readFileSync } from 'node:fs';
import { decide } from '@usher/core/decide';
import type { Role } from '@usher/core/scope';
import type { EngineAnswer } from '@usher/core/engine';
import type { Suggestion } from '@usher/core/suggestion';
import { findCategory, Taxonomy } from '@usher/core/taxonomy';
import { TicketDraft } from '@usher/core/ticket';
import { invitePerson, takeInvitation } from '@usher/db/invitations';
import { recordDecision } from '@usher/db/record-decision';
import { openSession } from '@usher/db/sessions';
import postgres from 'postgres';
import { parse } from 'yaml';
import { z } from 'zod';
import type { ApiUnderTest } from '../api/api-under-test.ts';
import { untilStored } from '../api/decide-in-test.ts';
import { answer, makeRelease } from '../db/decision.ts';

/** The category list that every first start has. */
export const SHIPPED = Taxonomy.parse(parse(read('../../taxonomy.yaml')));

const Text = z.object({ subject: z.string(), body: z.string(), expect: z.string() });

/** About what another ticket is about that waits, so that they stand beside it once somebody said what they are. */
const ALIKE = [
  {
    subject: 'No login code since this morning',
    body: "The text message with the login code doesn't come. I asked for a new code twice and other texts do arrive.",
    expect: 'account_access',
  },
  {
    subject: 'Code by text message comes too late',
    body: 'The login code arrives after half an hour, when it is no longer valid. My number is still right.',
    expect: 'account_access',
  },
];

const texts = [...z.array(Text).parse(JSON.parse(read('../fixtures/everyday-tickets.json'))), ...ALIKE];

/** A desk on an everyday morning: clear tickets are routed, unclear ones wait, and some were corrected or confirmed. */
export async function writeEveryday(api: ApiUnderTest): Promise<void> {
  await api.send('/v1/taxonomy', { method: 'PUT', headers: { 'If-Match': '"0"' }, body: SHIPPED });
  const ona = await join(api, { email: 'ona@example.com', name: 'Ona Petrauskaite', role: 'agent' });
  await join(api, { email: 'piet@example.com', name: 'Piet de Vries', role: 'ops' });
  const tickets = texts.map(({ subject, body }, at) => TicketDraft.parse({ ticket_id: idOf(at), subject, body }));
  await api.send('/v1/tickets', { body: { tickets } });
  for (const at of texts.keys()) await decideAbout(api, at);
  for (const at of texts.keys()) {
    const category = expectedOf(at);
    if (category === undefined || !isCorrected(at)) continue;
    const body = { category, note: at % 8 === 3 ? 'The customer called as well' : null };
    await api.send(`/v1/tickets/api:${idOf(at)}/corrections`, { body, key: null, headers: ona });
  }
  await letTimePass(api);
}

/** Somebody who signed in; answers the headers of their browser. */
async function join(
  { db }: ApiUnderTest,
  { email, name, role }: { email: string; name: string; role: Role },
): Promise<Record<string, string>> {
  const invited = await invitePerson(db, { email, roles: [role], actor: 'ada@example.com' });
  await takeInvitation(db, { token: invited?.token ?? '', email, name, passwordHash: 'none' });
  const times = { idleMs: 3_600_000, mostMs: 3_600_000 };
  const token = await openSession(db, { personId: invited?.id ?? 0, actor: email, ...times });
  return { Cookie: `__Host-usher=${token}`, 'Sec-Fetch-Site': 'same-origin' };
}

/** A few minutes for each ticket, and some more until somebody corrected it. */
async function letTimePass({ databaseUrl }: ApiUnderTest): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  const ago = (ticketId: postgres.Fragment) =>
    sql`((select max(id) from tickets) - ${ticketId} + 1) * interval '217 seconds'`;
  try {
    await sql`update tickets set received_at = received_at - ${ago(sql`id`)}, sla_due_at = sla_due_at - ${ago(sql`id`)}`;
    await sql`update classifications set created_at = created_at - ${ago(sql`ticket_id`)}`;
    await sql`
      update decisions set created_at = created_at - ${ago(sql`ticket_id`)} * case actor_kind when 'engine' then 1 else 0.9 end`;
    await sql`update corrections set created_at = created_at - ${ago(sql`ticket_id`)} * 0.9`;
    await sql`update audit set created_at = created_at - (select count(*) from audit later where later.id > audit.id) * interval '131 seconds'`;
  } finally {
    await sql.end();
  }
}

function isCorrected(at: number): boolean {
  return at % 4 === 3 || at % 5 === 4 || at % 9 === 0 || at >= texts.length - ALIKE.length;
}

function idOf(at: number): string {
  return `T-${4_101 + at * 7}`;
}

async function decideAbout(api: ApiUnderTest, at: number): Promise<void> {
  const { id: ticketId, revision } = await untilStored(api, idOf(at));
  const suggestion = suggestionFor(at);
  const local = { engine: 'local', model: 'local-5d21c0aa', usage: null, costMicroUsd: 0, durationMs: 1.4 } as const;
  const isLocal = at % 3 === 0;
  const call = answer({ suggestion, ...(isLocal && { ...local, requestId: null }) });
  const thresholds = { all: 0.7, byCategory: {} };
  const answered: EngineAnswer = { kind: 'suggested', suggestion, calls: [call], standIn: null };
  const decision = decide(answered, { taxonomy: SHIPPED, mode: 'auto', thresholds });
  const releaseId = await makeRelease(api.db);
  const how = { mode: 'auto', engine: isLocal ? 'local' : 'claude', calls: [call], decision } as const;
  await recordDecision(api.db, { ticketId, revision, releaseId, ...how });
}

/** What a ticket is about, where that can be said. */
function expectedOf(at: number): string | undefined {
  const expected = texts[at]?.expect;
  return expected === 'triage' ? undefined : expected;
}

/** Every third ticket is unclear, and a few were taken for something else. */
function suggestionFor(at: number): Suggestion {
  const category = at % 30 === 4 ? categoryAt(at) : (expectedOf(at) ?? SHIPPED.fallback);
  const isUnsure = at % 3 === 1 || expectedOf(at) === undefined;
  const confidence = isUnsure ? 0.38 + (at % 7) * 0.045 : 0.86 + (at % 8) * 0.017;
  const others = [categoryAt(at + 2), categoryAt(at + 4)].filter((other) => other !== category);
  return {
    category,
    subcategory: findCategory(SHIPPED, category)?.subcategories[at % 2]?.key ?? null,
    confidence,
    calibrated: true,
    alternatives: others.map((other, rank) => ({ category: other, confidence: (1 - confidence) / (rank + 2) })),
    rationale: `Words that spoke for it: ${wordsOf(at).join(', ')}.`,
  };
}

function wordsOf(at: number): string[] {
  return texts[at]?.body.match(/[a-z]{5,}/g)?.slice(0, 4) ?? [];
}

function categoryAt(at: number): string {
  return SHIPPED.categories[at % SHIPPED.categories.length]?.key ?? SHIPPED.fallback;
}

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}
