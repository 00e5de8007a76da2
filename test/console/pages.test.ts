import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { violationsOn } from './accessibility.ts';
import { openBrowser } from '../support/browser.ts';
import { walk } from './browser.ts';
import { arrive, type ConsoleUnderTest, openConsole } from './console-under-test.ts';
import { writeEveryday } from './everyday.ts';

/** Pages that agents and administrators work on, each with what is there once it is whole. */
const PAGES = [
  ['review', '/', 'Similar tickets were'],
  ['review-list', '/review?view=list', 'Accept what is chosen'],
  ['tickets', '/tickets', 'Locked out after too many attempts'],
  ['ticket', '/tickets/api:T-4129', 'Corrected:'],
  ['taxonomy', '/taxonomy?category=returns', 'Add a subcategory'],
  ['people', '/people', 'ona@example.com'],
  ['audit', '/audit', 'ona@example.com'],
] as const;

let house: ConsoleUnderTest;
let browser: Browser;
beforeAll(async () => {
  house = await openConsole();
  browser = await openBrowser();
  const { page, context } = await walk(browser, { baseURL: house.url });
  await arrive(page, house);
  await context.close();
  await writeEveryday(house.api);
});
afterAll(async () => {
  await browser.close();
  await house[Symbol.asyncDispose]();
});

async function lookAt(page: Page, name: string) {
  expect([name, await violationsOn(page)]).toEqual([name, []]);
  expect([name, await page.evaluate('document.documentElement.scrollWidth > innerWidth')]).toEqual([name, false]);
  const folder = process.env['USHER_SCREENSHOTS'];
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` });
}

test.each([
  ['light', 1_280],
  ['dark', 1_280],
  ['light', 390],
  ['dark', 390],
] as const)('every page is accessible and none is too wide, %s, at %i', async (colorScheme, width) => {
  const { page, context, troubles } = await walk(browser, { baseURL: house.url, colorScheme, width });
  await page.goto('/welcome#somebody');
  await page.getByRole('button', { name: 'Begin' }).waitFor();
  await lookAt(page, `welcome-${colorScheme}-${width}`);
  await page.goto('/');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await lookAt(page, `sign-in-${colorScheme}-${width}`);
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByLabel('Password').fill('a sentence is a good password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
  for (const [name, path, ready] of PAGES) {
    await page.goto(path);
    await page.getByText(ready).first().waitFor();
    await lookAt(page, `${name}-${colorScheme}-${width}`);
  }
  expect(troubles).toEqual([]);
  await context.close();
});
