import { claimNextTicket } from '@usher/db/review';
import { findTicket } from '@usher/db/find-ticket';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { decideAs } from '../api/decide-in-test.ts';
import { violationsOn } from './accessibility.ts';
import { openBrowser } from '../support/browser.ts';
import { walk } from './browser.ts';
import { arrive, type ConsoleUnderTest, openConsole } from './console-under-test.ts';

const unsure = { action: 'triage', reason: 'low_confidence', team: 'triage', confidence: 0.42 } as const;

const texts = [
  ['L-1', 'Charged twice for one order', 'I see two charges of 49 EUR for order 1182. Please refund one of them.'],
  ['L-2', 'Two payments on my card', 'There are two charges on my card for order 2290, please refund one.'],
  ['L-3', 'Charged again', 'You refunded one of the two charges for order 1182, and now I see the 49 EUR again.'],
  ['L-4', 'Hello?', 'Is anybody there? It is about the thing from Tuesday.'],
  ['L-5', 'Payment failed', 'My card was declined for order 1182, and still I see charges of 49 EUR on it.'],
] as const;

let house: ConsoleUnderTest;
let browser: Browser;
beforeAll(async () => {
  house = await openConsole();
  browser = await openBrowser();
  const { api } = house;
  const tickets = texts.map(([ticket_id, subject, body]) => ({ ticket_id, subject, body }));
  await api.send('/v1/tickets', { body: { tickets } });
  for (const [id] of texts) {
    const nothing = { reason: 'not_trained', category: null, subcategory: null, confidence: null } as const;
    await decideAs(api, id, id === 'L-4' ? { ...unsure, ...nothing } : unsure);
  }
  await api.send('/v1/tickets/api:L-1/corrections', { body: { category: 'billing', subcategory: 'charge_dispute' } });
});
afterAll(async () => {
  await browser.close();
  await house[Symbol.asyncDispose]();
});

test('suggestions are chosen in a list and accepted together, after they were taken back once', async () => {
  const { page, troubles, context } = await walk(browser, { baseURL: house.url });
  await arrive(page, house);
  await page.getByRole('heading', { name: 'Two payments on my card' }).waitFor();
  await page.getByRole('link', { name: 'Charged twice for one order' }).waitFor();
  await page.getByText('confirmed', { exact: true }).waitFor();
  expect(await violationsOn(page)).toEqual([]);
  await page.getByText('Narrow', { exact: true }).click();
  await page.getByLabel('Waits because').selectOption('low_confidence');
  await page.waitForURL('**/review?reason=low_confidence');
  await page.getByRole('link', { name: 'As a list' }).click();
  await page.getByRole('row', { name: /Payment failed/ }).waitFor();
  // What the desk held goes back to the others at once.
  const held = () => claimNextTicket(house.api.db, { agent: 'somebody else', forMs: 0, besides: [] });
  await vi.waitUntil(async () => (await held())?.ticket.externalId === 'L-2', { timeout: 20_000, interval: 50 });
  expect(await page.getByRole('row', { name: /Hello/ }).count()).toBe(0);
  await page.getByRole('link', { name: 'All of them' }).click();
  await page.getByRole('row', { name: /Hello/ }).waitFor();
  expect(await page.getByLabel('Choose Hello?').isDisabled()).toBe(true);
  await page.getByLabel('Choose every suggestion').check();
  await page.getByLabel('Choose Payment failed').uncheck();
  expect(await violationsOn(page)).toEqual([]);
  await page.getByRole('button', { name: 'Accept 2' }).click();
  await page.getByText('2 accepted; told in ten seconds').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('row', { name: /Two payments/ }).waitFor();
  await page.getByLabel('Choose Two payments on my card').check();
  await page.getByRole('button', { name: 'Accept 1' }).click();
  // What is pending is told when the page is left.
  await page.getByRole('link', { name: 'Tickets', exact: true }).click();
  await page.getByRole('heading', { name: 'Tickets' }).waitFor();
  const standing = () => findTicket(house.api.db, { source: 'api', externalId: 'L-2' });
  await vi.waitUntil(async () => (await standing())?.state === 'routed', { timeout: 20_000, interval: 50 });
  expect(await standing()).toMatchObject({ reason: 'accepted', category: 'billing' });
  expect(troubles).toEqual([]);
  await context.close();
});
