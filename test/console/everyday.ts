import { readFileSync } from 'node:fs';
import type { Decision } from '@usher/core/decide';
import { findCategory, Taxonomy } from '@usher/core/taxonomy';
import { TicketDraft } from '@usher/core/ticket';
import { recordDecision } from '@usher/db/record-decision';
import { parse } from 'yaml';
import { z } from 'zod';
import type { ApiUnderTest } from '../api/api-under-test.ts';
import { untilStored } from '../api/decide-in-test.ts';
import { answer, makeRelease } from '../db/decision.ts';

/** The category list that every first start has. */
export const SHIPPED = Taxonomy.parse(parse(read('../../taxonomy.yaml')));

const texts = z
  .array(z.object({ id: z.string(), subject: z.string(), body: z.string(), expect: z.string() }))
  .parse(JSON.parse(read('../fixtures/everyday-tickets.json')));

/** A desk on an everyday morning: clear tickets are routed, unclear ones wait, and some were corrected or confirmed. */
export async function writeEveryday(api: ApiUnderTest): Promise<void> {
  await api.send('/v1/taxonomy', { method: 'PUT', headers: { 'If-Match': '"0"' }, body: SHIPPED });
  const tickets = texts.map(({ subject, body }, at) => TicketDraft.parse({ ticket_id: idOf(at), subject, body }));
  await api.send('/v1/tickets', { body: { tickets } });
  for (const at of texts.keys()) await decide(api, at);
  for (const at of texts.keys()) {
    const category = expectedOf(at);
    if (category === undefined || !(at % 4 === 3 || at % 5 === 4 || at % 9 === 0)) continue;
    const body = { category, note: at % 8 === 3 ? 'The customer called as well' : null };
    await api.send(`/v1/tickets/api:${idOf(at)}/corrections`, { body });
  }
}

function idOf(at: number): string {
  return `T-${4_101 + at * 7}`;
}

async function decide(api: ApiUnderTest, at: number): Promise<void> {
  const { id: ticketId, revision } = await untilStored(api, idOf(at));
  const decision = decisionOf(at);
  const { category, subcategory, confidence } = decision;
  const words = texts[at]?.body.match(/[a-z]{5,}/g)?.slice(0, 4) ?? [];
  const suggestion = {
    category: category ?? '',
    subcategory,
    confidence: confidence ?? 0,
    calibrated: true,
    alternatives: [
      { category: SHIPPED.categories[(at + 2) % 7]?.key ?? '', confidence: (1 - (confidence ?? 0)) / 2 },
      { category: SHIPPED.categories[(at + 4) % 7]?.key ?? '', confidence: (1 - (confidence ?? 0)) / 4 },
    ].filter((one) => one.category !== category),
    rationale: `Words that spoke for it: ${words.join(', ')}.`,
  };
  const local = { engine: 'local', model: 'local-5d21c0aa', usage: null, costMicroUsd: 0, durationMs: 1.4 } as const;
  const call = answer({ suggestion, ...(at % 3 === 0 && { ...local, requestId: null }) });
  const releaseId = await makeRelease(api.db);
  const how = { mode: 'auto', engine: at % 3 === 0 ? 'local' : 'claude', calls: [call], decision } as const;
  await recordDecision(api.db, { ticketId, revision, releaseId, ...how });
}

/** What a ticket is about, where that can be said. */
function expectedOf(at: number): string | undefined {
  const expected = texts[at]?.expect;
  return expected === 'triage' ? undefined : expected;
}

/** Every third ticket is unclear, and every sixth was taken for something else. */
function decisionOf(at: number): Decision {
  const expected = expectedOf(at) ?? SHIPPED.fallback;
  const said = at % 6 === 4 ? (SHIPPED.categories[at % 7]?.key ?? expected) : expected;
  const category = findCategory(SHIPPED, said);
  const isUnsure = at % 3 === 1 || expectedOf(at) === undefined;
  const confidence = isUnsure ? 0.38 + (at % 7) * 0.045 : 0.86 + (at % 8) * 0.017;
  return {
    action: isUnsure ? 'triage' : 'route',
    reason: isUnsure ? 'low_confidence' : 'confident',
    category: said,
    subcategory: category?.subcategories[at % 2]?.key ?? null,
    team: isUnsure ? 'triage' : (category?.team ?? 'support'),
    priority: category?.priority ?? 'medium',
    slaHours: category?.sla_hours ?? 24,
    confidence,
    isCalibrated: true,
    note: isUnsure ? `Low confidence (${confidence.toFixed(2)}). Manual review needed.` : null,
  };
}

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}
