import { findTicket } from '@usher/db/find-ticket';
import { recordDecision } from '@usher/db/record-decision';
import { beginSamples, receiveSample } from '@usher/db/samples';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser } from 'playwright-core';
import { answer, makeRelease, routeToFinance } from '../db/decision.ts';
import { draft } from '../db/draft.ts';
import { violationsOn } from './accessibility.ts';
import { openBrowser } from '../support/browser.ts';
import { walk } from './browser.ts';
import { arrive, type ConsoleUnderTest, openConsole } from './console-under-test.ts';

const unsure = { action: 'triage', reason: 'low_confidence', team: 'triage', confidence: 0.42 } as const;

let house: ConsoleUnderTest;
let browser: Browser;
beforeAll(async () => {
  house = await openConsole();
  browser = await openBrowser();
  const { db } = house.api;
  await beginSamples(db, 'test');
  const releaseId = await makeRelease(db);
  for (const [id, changed] of [
    ['S-1', {}],
    ['S-2', unsure],
  ] as const) {
    await receiveSample(db, draft(id, { subject: `Sample ${id}` }));
    const ticket = await findTicket(db, { source: 'sample', externalId: id });
    const of = { ticketId: ticket?.id ?? 0, revision: 1, releaseId, mode: 'auto', engine: 'local' } as const;
    await recordDecision(db, { ...of, calls: [answer()], decision: routeToFinance(changed) });
  }
});
afterAll(async () => {
  await browser.close();
  await house[Symbol.asyncDispose]();
});

test('samples are marked wherever they are shown, and one button removes them after a second look', async () => {
  const { page, troubles, context } = await walk(browser, { baseURL: house.url });
  await arrive(page, house);
  await page.getByRole('heading', { name: 'Sample S-2' }).waitFor();
  const badge = page.getByText('sample', { exact: true });
  await badge.first().waitFor();
  await page.getByText('2 tickets here are samples.').waitFor();
  await page.getByRole('link', { name: 'Tickets', exact: true }).click();
  await page.getByRole('link', { name: 'Sample S-1' }).waitFor();
  expect(await badge.count()).toBe(2);
  expect(await violationsOn(page)).toEqual([]);
  await page.getByRole('link', { name: 'Sample S-1' }).click();
  await page.getByRole('heading', { name: 'Sample S-1' }).waitFor();
  await badge.waitFor();
  await page.goBack();
  await page.getByRole('button', { name: 'Remove samples' }).click();
  await page.getByRole('button', { name: 'Keep them' }).click();
  await page.getByRole('link', { name: 'Review', exact: true }).click();
  await page.getByRole('heading', { name: 'Sample S-2' }).waitFor();
  await page.getByRole('button', { name: 'Remove samples' }).click();
  expect(await violationsOn(page)).toEqual([]);
  await page.getByRole('button', { name: 'Remove them' }).click();
  await page.getByText('Nothing waits for you').waitFor();
  await page.getByRole('link', { name: 'Tickets', exact: true }).click();
  await page.getByText('No ticket is like this.').waitFor();
  expect(troubles).toEqual([]);
  await context.close();
});

test('a ticket that comes in meanwhile shows without a reload', async () => {
  const { page, context } = await walk(browser, { baseURL: house.url });
  await page.goto('/tickets');
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByLabel('Password').fill('a sentence is a good password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('No ticket is like this.').waitFor();
  await house.api.send('/v1/tickets', { body: { ticket_id: 'T-1', subject: 'Good morning', body: 'Hello.' } });
  await page.getByRole('link', { name: 'Good morning' }).waitFor();
  const { db } = house.api;
  // As a later start of another house would: here they were removed before.
  await db.execute(`update sources set removed_at = null where name = 'sample'`);
  await receiveSample(db, draft('S-9', { subject: 'Late sample' }));
  await page.getByText('One ticket here is a sample.').waitFor();
  await context.close();
});
