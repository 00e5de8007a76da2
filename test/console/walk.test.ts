import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser } from 'playwright-core';
import { decideAs } from '../api/decide-in-test.ts';
import { openBrowser } from '../support/browser.ts';
import { walk } from './browser.ts';
import { arrive, type ConsoleUnderTest, openConsole } from './console-under-test.ts';

let house: ConsoleUnderTest;
let browser: Browser;
beforeAll(async () => {
  house = await openConsole();
  browser = await openBrowser();
  const { api } = house;
  await api.send('/v1/tickets', {
    body: {
      tickets: [
        { ticket_id: 'T-1', subject: 'Charged twice', body: 'I see two charges of 49 EUR.\nPlease refund one.' },
        { ticket_id: 'T-2', subject: 'Hello', body: 'Is anybody there?' },
      ],
    },
  });
  await decideAs(api, 'T-1');
  const unsure = { action: 'triage', reason: 'low_confidence', team: 'triage', confidence: 0.42 } as const;
  await decideAs(api, 'T-2', { ...unsure, note: 'Low confidence (0.42). Manual review needed.' });
});
afterAll(async () => {
  await browser.close();
  await house[Symbol.asyncDispose]();
});

test('the first administrator comes in, finds a ticket, corrects it and leaves', async () => {
  const { page, troubles, context } = await walk(browser, { baseURL: house.url });
  await arrive(page, house);
  expect(page.url()).toBe(`${house.url}/`);
  await page.getByRole('link', { name: 'Tickets', exact: true }).click();
  await page.getByLabel('Stands').selectOption('triaged');
  await page.getByRole('link', { name: 'Hello' }).click();
  await page.getByRole('heading', { name: 'Hello' }).waitFor();
  expect(await page.getByText('Low confidence (0.42)').count()).toBeGreaterThan(0);
  await page.getByRole('combobox', { name: /^Category/ }).selectOption('general');
  await page.getByRole('button', { name: 'Correct' }).click();
  await page.getByText('Corrected: billing → general').waitFor();
  await page.getByText('by agent ada@example.com').first().waitFor();
  await page.getByText('Signed in as Ada Admin').locator('..').click();
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect(troubles).toEqual([]);
  await context.close();
});

test('an administrator invites an agent, who sees no page of administrators', async () => {
  const { page, context } = await walk(browser, { baseURL: house.url });
  await page.goto('/');
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByLabel('Password').fill('a sentence is a good password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'People' }).click();
  await page.getByLabel('E-mail').fill('bo@example.com');
  await page.getByRole('button', { name: 'Invite' }).click();
  const link = (await page.getByRole('status').locator('code').textContent()) ?? '';
  const other = await walk(browser, { baseURL: house.url });
  await other.page.goto(link);
  await other.page.getByLabel('Your name').fill('Bo Agent');
  await other.page.getByLabel('E-mail').fill('bo@example.com');
  await other.page.getByLabel('Password').fill('another sentence to remember');
  await other.page.getByRole('button', { name: 'Begin' }).click();
  await other.page.getByRole('link', { name: 'Tickets', exact: true }).waitFor();
  expect(await other.page.getByRole('link', { name: 'People' }).count()).toBe(0);
  expect(other.troubles).toEqual([]);
  await Promise.all([context.close(), other.context.close()]);
});
