import { findTicket } from '@usher/db/find-ticket';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { decideAs } from '../api/decide-in-test.ts';
import { violationsOn } from './accessibility.ts';
import { openBrowser } from '../support/browser.ts';
import { walk } from './browser.ts';
import { arrive, type ConsoleUnderTest, openConsole } from './console-under-test.ts';

const unsure = { action: 'triage', reason: 'low_confidence', team: 'triage', confidence: 0.42 } as const;

/** Tickets that came at the same moment are worked on in the order of their ids. */
const idOf = (at: number) => `R-${String(at).padStart(2, '0')}`;

let house: ConsoleUnderTest;
let browser: Browser;
beforeAll(async () => {
  house = await openConsole();
  browser = await openBrowser();
  const { api } = house;
  const tickets = Array.from({ length: 12 }, (_, at) => ({
    ticket_id: idOf(at),
    subject: `Question ${at}`,
    body: `What about number ${at}?`,
  }));
  await api.send('/v1/tickets', { body: { tickets } });
  for (const { ticket_id: id } of tickets) await decideAs(api, id, unsure);
});
afterAll(async () => {
  await browser.close();
  await house[Symbol.asyncDispose]();
});

async function standing(at: number) {
  const ticket = await findTicket(house.api.db, { source: 'api', externalId: idOf(at) });
  return [ticket?.state, ticket?.category];
}

const onDesk = (page: Page, at: number) => page.getByRole('heading', { name: `Question ${at}`, exact: true }).waitFor();

test('ten tickets are reviewed by keyboard alone, one taken back, and the next is always there at once', async () => {
  const { page, troubles, context } = await walk(browser, { baseURL: house.url });
  await arrive(page, house);
  await onDesk(page, 0);
  expect(await violationsOn(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await onDesk(page, 1);
  await page.keyboard.press('u');
  await onDesk(page, 0);
  await page.keyboard.press('2');
  await onDesk(page, 1);
  await page.getByText('3 at hand').waitFor();
  await page.keyboard.press('j');
  await onDesk(page, 2);
  await page.keyboard.press('k');
  await onDesk(page, 1);
  for (let at = 1; at < 10; at += 1) {
    await onDesk(page, at);
    await page.keyboard.press(at === 5 ? '2' : 'Enter');
  }
  await onDesk(page, 10);
  expect(await page.getByText('10 done,').count()).toBe(1);
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  expect(await violationsOn(page)).toEqual([]);
  await page.keyboard.press('Escape');
  // What is pending is told when the page is left.
  await page.keyboard.press('/');
  await page.getByRole('heading', { name: 'Tickets' }).waitFor();
  await vi.waitUntil(async () => (await standing(9))[0] === 'routed', { timeout: 20_000, interval: 50 });
  await vi.waitUntil(async () => (await standing(0))[0] === 'routed', { timeout: 20_000, interval: 50 });
  expect([await standing(0), await standing(1), await standing(5)]).toEqual([
    ['routed', 'general'],
    ['routed', 'billing'],
    ['routed', 'general'],
  ]);
  expect((await standing(10))[0]).toBe('triaged');
  expect(troubles).toEqual([]);
  await context.close();
});

test('two agents never look at the same ticket', async () => {
  const first = await walk(browser, { baseURL: house.url });
  await first.page.goto('/');
  await first.page.getByLabel('E-mail').fill('ada@example.com');
  await first.page.getByLabel('Password').fill('a sentence is a good password');
  await first.page.getByRole('button', { name: 'Sign in' }).click();
  await onDesk(first.page, 10);
  const invited = await house.api.send('/v1/people', { body: { email: 'bo@example.com', roles: ['agent'] } });
  const token = /"token":"([\w-]+)"/.exec(invited.text)?.[1];
  const second = await walk(browser, { baseURL: house.url });
  await second.page.goto(`/welcome#${token}`);
  await second.page.getByLabel('Your name').fill('Bo Agent');
  await second.page.getByLabel('E-mail').fill('bo@example.com');
  await second.page.getByLabel('Password').fill('another sentence to remember');
  await second.page.getByRole('button', { name: 'Begin' }).click();
  await second.page.getByText('Nothing waits for you').waitFor();
  await Promise.all([first.context.close(), second.context.close()]);
});
