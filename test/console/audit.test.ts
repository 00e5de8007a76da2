import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decideAs } from '../api/decide-in-test.ts';
import { violationsOn } from './accessibility.ts';
import { openBrowser } from '../support/browser.ts';
import { walk } from './browser.ts';
import { arrive, type ConsoleUnderTest, openConsole } from './console-under-test.ts';

let house: ConsoleUnderTest;
let browser: Browser;
beforeAll(async () => {
  house = await openConsole();
  browser = await openBrowser();
  const { api } = house;
  const text = { subject: 'Charged twice', body: 'I see two charges at the museum.' };
  await api.send('/v1/tickets', { body: { ticket_id: 'T-1', ...text } });
  await decideAs(api, 'T-1');
  await api.send('/v1/tickets/api:T-1/corrections', { body: { category: 'general', note: 'A question only' } });
  await api.makeKey(['intake']);
});
afterAll(async () => {
  await browser.close();
  await house[Symbol.asyncDispose]();
});

test('an administrator finds who corrected a ticket, and goes to it', async () => {
  const { page, troubles, context } = await walk(browser, { baseURL: house.url });
  await arrive(page, house);
  await page.getByRole('link', { name: 'Audit log' }).click();
  await page.getByRole('row', { name: /key\.create/ }).waitFor();
  await page.getByLabel('What').selectOption('ticket.corrected');
  await page.waitForURL('**/audit?verb=ticket.corrected');
  await page.getByRole('row', { name: /key\.create/ }).waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'bootstrap key' }).click();
  await page.waitForURL('**/audit?*actor=bootstrap*');
  await page.getByRole('link', { name: /^ticket \d+$/ }).click();
  await page.getByRole('heading', { name: 'Charged twice' }).waitFor();
  await page.getByRole('button', { name: 'Decide again' }).click();
  await page.getByText('As it was.').waitFor();
  expect(await violationsOn(page)).toEqual([]);
  expect(troubles).toEqual([]);
  await context.close();
});

test('words lead to tickets, and stand in the address', async () => {
  const { page, troubles, context } = await walk(browser, { baseURL: house.url });
  await page.goto('/tickets');
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByLabel('Password').fill('a sentence is a good password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByLabel('Words').fill('museum');
  await page.getByLabel('Words').press('Enter');
  await page.waitForURL('**/tickets?q=museum');
  await page.getByRole('link', { name: 'Charged twice' }).waitFor();
  await page.getByLabel('Words').fill('nothing like it');
  await page.getByLabel('Words').press('Enter');
  await page.getByText('No ticket is like this.').waitFor();
  expect(troubles).toEqual([]);
  await context.close();
});
