import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeHistory } from '../support/history.ts';
import { violationsOn } from './accessibility.ts';
import { openBrowser } from '../support/browser.ts';
import { walk } from './browser.ts';
import { arrive, type ConsoleUnderTest, openConsole } from './console-under-test.ts';

const folder = process.env['USHER_SCREENSHOTS'];

let house: ConsoleUnderTest;
let browser: Browser;
beforeAll(async () => {
  house = await openConsole();
  browser = await openBrowser();
  // More for pictures, so that they look like an ordinary month.
  await writeHistory(house.api, { tickets: folder === undefined ? 1_500 : 12_000, days: 28 });
});
afterAll(async () => {
  await browser.close();
  await house[Symbol.asyncDispose]();
});

async function signIn(page: Page): Promise<void> {
  await page.goto('/');
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByLabel('Password').fill('a sentence is a good password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
}

const cell = (page: Page) => page.getByRole('link', { name: /billing were predicted as technical/ });

test('a cell leads to its tickets, and correcting one changes the evidence without a reload', async () => {
  const { page, troubles, context } = await walk(browser, { baseURL: house.url });
  await arrive(page, house);
  let loads = 0;
  page.on('load', () => (loads += 1));
  await page.getByRole('link', { name: 'Evidence' }).click();
  const before = Number(await cell(page).textContent());
  await page.getByRole('link', { name: /billing were predicted as billing/ }).click();
  await page.getByRole('heading', { name: 'Tickets' }).waitFor();
  await page.getByText('predicted: billing').waitFor();
  await page.goBack();
  await page.getByRole('link', { name: /technical were predicted as technical/ }).click();
  await page.getByText('truth: technical').waitFor();
  await page.locator('td.subject a').first().click();
  await page.getByRole('combobox', { name: /^Category/ }).selectOption('billing');
  await page.getByRole('button', { name: 'Correct' }).click();
  await page.getByText('→ billing').waitFor();
  await page.getByRole('link', { name: 'Evidence' }).click();
  await page
    .getByRole('link', { name: /billing were predicted as technical/ })
    .and(page.getByText(String(before + 1), { exact: true }))
    .waitFor();
  expect(loads).toBe(0);
  expect(troubles).toEqual([]);
  await context.close();
});

test('what is shown can be had as CSV, and filters stand in the address', async () => {
  const { page, troubles, context } = await walk(browser, { baseURL: house.url });
  await signIn(page);
  await page.goto('/evidence');
  await page.getByLabel('Whose word counts').selectOption('audit');
  await page.waitForURL(/basis=audit/);
  await page.getByLabel('Period').selectOption('7');
  await page.waitForURL(/from=20/);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'By category as CSV' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('usher-accuracy-categories.csv');
  expect(troubles).toEqual([]);
  await context.close();
});

/** The views, each with the last thing that comes. */
const VIEWS = [
  ['', 'Does the confidence hold?'],
  ['/learning', 'The local model with and without corrections'],
  ['/labels', 'Labellers who contradict everybody else'],
  ['/automation', 'Share automated by the day'],
  ['/operations', 'Cost by source'],
] as const;

test.each(VIEWS)('the view %j is accessible in light and dark, on a desk and on a phone', async (view, last) => {
  const { page, context, troubles } = await walk(browser, { baseURL: house.url });
  await signIn(page);
  for (const width of [1_280, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(`/evidence${view}`);
    await page.getByRole('heading', { name: last }).waitFor();
    await page.waitForLoadState('networkidle');
    expect([width, await page.evaluate('document.documentElement.scrollWidth > innerWidth')]).toEqual([width, false]);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect([width, colorScheme, await violationsOn(page)]).toEqual([width, colorScheme, []]);
      const path = `${folder}/evidence${view.replace('/', '-')}-${colorScheme}-${width}.png`;
      if (folder !== undefined) await page.screenshot({ path, fullPage: true });
    }
  }
  expect(troubles).toEqual([]);
  await context.close();
});
