import { readFileSync } from 'node:fs';
import { findCategory, Taxonomy } from '@usher/core/taxonomy';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { decideAs } from '../api/decide-in-test.ts';
import { violationsOn } from './accessibility.ts';
import { openBrowser } from '../support/browser.ts';
import { walk } from './browser.ts';
import { arrive, type ConsoleUnderTest, openConsole } from './console-under-test.ts';

const SHIPPED = Taxonomy.parse(parse(readFileSync(new URL('../../taxonomy.yaml', import.meta.url), 'utf8')));
/** A few examples of each category are enough to tell them apart here, and quick to learn. */
const TAXONOMY = {
  ...SHIPPED,
  categories: SHIPPED.categories.map((category) => ({ ...category, examples: category.examples.slice(0, 12) })),
};
const PASSWORD = 'a sentence is a good password';

let house: ConsoleUnderTest;
let browser: Browser;
beforeAll(async () => {
  house = await openConsole();
  browser = await openBrowser();
  const { api } = house;
  await api.send('/v1/taxonomy', { method: 'PUT', headers: { 'If-Match': '"0"' }, body: TAXONOMY });
  const texts = SHIPPED.categories.flatMap(({ examples }) => examples.slice(12, 16));
  const tickets = texts.map(({ subject, body }, at) => ({ ticket_id: `X-${at}`, subject, body }));
  await api.send('/v1/tickets', { body: { tickets } });
  for (const { ticket_id: id } of tickets) await decideAs(api, id);
  const { page, context } = await walk(browser, { baseURL: house.url });
  await arrive(page, house);
  await context.close();
});
afterAll(async () => {
  await browser.close();
  await house[Symbol.asyncDispose]();
});

async function signIn(page: Page, { email = 'ada@example.com', path = '/taxonomy' } = {}) {
  await page.goto(path);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Taxonomy' }).waitFor();
}

/** Lets somebody in with a role. */
async function join(page: Page, email: string, roles: string[]) {
  const invited = await house.api.send('/v1/people', { body: { email, roles } });
  await page.goto(`/welcome#${/"token":"([\w-]+)"/.exec(invited.text)?.[1]}`);
  await page.getByLabel('Your name').fill('Bo Other');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Begin' }).click();
  await page.getByRole('link', { name: 'Taxonomy' }).click();
  await page.getByRole('heading', { name: 'Taxonomy' }).waitFor();
}

const view = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Parts of the taxonomy' }).getByRole('link', { name }).click();
const openCategory = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Categories' }).getByRole('link', { name }).click();

/** A category as it is in force. */
async function category(key: string) {
  const { body } = await house.api.send('/v1/taxonomy');
  return findCategory(Taxonomy.parse(body), key);
}

async function lookAt(page: Page, name: string) {
  const folder = process.env['USHER_SCREENSHOTS'];
  if (folder !== undefined) await page.screenshot({ path: `${folder}/taxonomy-${name}.png`, fullPage: true });
}

/** The same in both, whichever the page was opened in. */
async function lookAtBoth(page: Page, name: string) {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await lookAt(page, `${name}-${colorScheme}`);
  }
}

async function previewAndPublish(page: Page) {
  await view(page, 'Publish');
  expect(await page.getByRole('button', { name: 'Publish' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByRole('button', { name: 'Publish' }).click();
}

test('an administrator changes a team and an SLA, tries a ticket, previews, publishes, and rolls back', async () => {
  const { page, troubles, context } = await walk(browser, { baseURL: house.url });
  await signIn(page);
  await openCategory(page, 'Billing and payments');
  await page.getByLabel('Team').fill('Payments!');
  await page.getByText('a key is lower case letters').waitFor();
  expect(await page.getByLabel('Team').getAttribute('aria-invalid')).toBe('true');
  await page.getByLabel('Team').fill('payments');
  await page.getByLabel('SLA, hours from arrival').fill('8');
  await page.getByText('2 changes.').waitFor();
  expect(await violationsOn(page)).toEqual([]);
  await lookAt(page, 'draft');

  await view(page, 'Try it');
  await page.getByLabel('Subject').fill('Charged twice');
  await page
    .getByLabel('Text')
    .fill('I was charged twice for my invoice this month. Please refund one of the payments.');
  await page.getByRole('button', { name: 'Try the draft' }).click();
  await page.getByRole('row', { name: /^SLA 8 h 24 h$/ }).waitFor();
  expect(await violationsOn(page)).toEqual([]);
  await lookAt(page, 'try');

  await view(page, 'Publish');
  const changes = page.getByRole('list', { name: 'What the draft changes' });
  expect(await changes.getByRole('listitem').allTextContents()).toEqual([
    'billing teamfinance → payments',
    'billing SLA hours24 → 8',
  ]);
  expect(await page.getByRole('button', { name: 'Publish' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByRole('row', { name: /^finance payments \d+$/ }).waitFor();
  await page.getByText('Of the newest 28 tickets').waitFor();
  expect(await page.getByRole('list', { name: 'Tickets that would change' }).getByRole('link').count()).toBeGreaterThan(
    0,
  );
  expect(await violationsOn(page)).toEqual([]);
  await lookAtBoth(page, 'preview');
  await page.getByRole('button', { name: 'Publish' }).click();
  await page.getByText('Version 2 is in force.').waitFor();
  expect(await category('billing')).toMatchObject({ team: 'payments', sla_hours: 8 });

  await page.getByRole('link', { name: 'What it changed' }).click();
  await page.getByRole('list', { name: 'What differs from version 1 to version 2' }).waitFor();
  await page.getByRole('button', { name: 'Roll back to version 1' }).click();
  const dialog = page.getByRole('dialog', { name: 'Roll back to version 1' });
  await dialog.getByText('payments').waitFor();
  expect(await violationsOn(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Roll back' }).click();
  await page.getByText('Version 1 is in force again, as version 3.').waitFor();
  expect((await house.api.send('/v1/taxonomy')).body).toEqual(TAXONOMY);
  expect(troubles).toEqual([]);
  await context.close();
});

test('a draft outlives the page, is warned of before the tab closes, and can be discarded and brought back', async () => {
  const { page, troubles, context } = await walk(browser, { baseURL: house.url });
  await signIn(page);
  await page.getByRole('button', { name: 'Add a category' }).click();
  await page.getByLabel('Title').first().fill('Partners');
  await page.getByLabel('Key').first().fill('partners');
  await page.getByLabel('What belongs here').fill(SHIPPED.categories[0]?.description ?? '');
  await page.getByText('1 overlap: places that engines can hardly tell apart').click();
  await page.getByText('billing and partners have descriptions').waitFor();
  expect(await violationsOn(page)).toEqual([]);
  await page.getByLabel('What belongs here').fill('Resellers and integrators.');
  await page.getByText('1 overlap').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Move Partners up' }).click();
  await openCategory(page, 'Shipping');
  await page.getByRole('button', { name: 'Remove Shipping and delivery' }).click();
  await page.getByText('is removed from the draft').waitFor();
  await page.getByRole('link', { name: 'Taxonomy draft' }).waitFor();

  const warned: string[] = [];
  page.on('dialog', (dialog) => {
    warned.push(dialog.type());
    void dialog.accept();
  });
  await page.reload();
  await page.getByRole('navigation', { name: 'Categories' }).getByRole('link', { name: 'Partners' }).waitFor();
  expect(warned).toEqual(['beforeunload']);
  await view(page, 'Publish');
  const changes = page.getByRole('list', { name: 'What the draft changes' });
  await changes.getByText('Resellers').or(changes.getByText('Partners')).first().waitFor();
  expect(await changes.getByRole('listitem').allTextContents()).toEqual([
    'partners new categoryPartners (support, medium, 48 h)',
    'shipping category removedShipping and delivery',
  ]);
  await page.getByRole('button', { name: 'Discard' }).click();
  await page.getByRole('button', { name: 'Put it back' }).click();
  await page.getByText('2 changes.').waitFor();
  await page.getByRole('button', { name: 'Discard' }).click();
  await page.getByText('Your draft is discarded.').waitFor();
  await page.getByRole('link', { name: 'Taxonomy', exact: true }).waitFor();
  expect(troubles).toEqual([]);
  await context.close();
});

test('of two who publish, the second is told, sees what the first changed, and goes on with both', async () => {
  const first = await walk(browser, { baseURL: house.url });
  const second = await walk(browser, { baseURL: house.url });
  await signIn(first.page);
  await join(second.page, 'cleo@example.com', ['admin']);
  await openCategory(second.page, 'Shipping');
  await second.page.getByLabel('Team').fill('parcels');
  await view(second.page, 'Publish');
  await second.page.getByRole('button', { name: 'Preview' }).click();
  await second.page.getByRole('button', { name: 'Publish' }).waitFor();

  await openCategory(first.page, 'Shipping');
  await first.page.getByLabel('SLA, hours from arrival').fill('6');
  await first.page.getByLabel('Team').fill('movers');
  await first.page.getByText('2 changes.').waitFor();
  await previewAndPublish(first.page);
  await first.page
    .getByText(/Version \d+ is in force\./)
    .first()
    .waitFor();

  await second.page.getByRole('button', { name: 'Publish' }).click();
  const told = second.page.getByRole('alert').filter({ hasText: 'was published while you wrote' });
  await told.getByText('It is by ada@example.com').waitFor();
  await told.getByText('movers').waitFor();
  expect(await violationsOn(second.page)).toEqual([]);
  await lookAt(second.page, 'overtaken');
  await told.getByRole('button', { name: 'Go on with both' }).click();
  await second.page.getByText('Both of you had changed shipping: team.').waitFor();
  await previewAndPublish(second.page);
  await second.page
    .getByText(/Version \d+ is in force\./)
    .first()
    .waitFor();
  expect(await category('shipping')).toMatchObject({ team: 'parcels', sla_hours: 6 });
  expect(first.troubles).toEqual([]);
  await Promise.all([first.context.close(), second.context.close()]);
});

test('an agent reads the list, its versions and the promise, and can change none of it', async () => {
  const { page, troubles, context } = await walk(browser, { baseURL: house.url });
  await join(page, 'bo@example.com', ['agent']);
  await openCategory(page, 'Returns');
  await page.getByRole('heading', { name: 'Returns' }).waitFor();
  expect(await page.getByRole('textbox').count()).toBe(0);
  expect(await page.getByRole('button', { name: /Add|Remove|Move/ }).count()).toBe(0);
  expect(await violationsOn(page)).toEqual([]);
  await view(page, 'Versions');
  await page.getByRole('row', { name: /in force/ }).waitFor();
  expect(await page.getByRole('button', { name: /Roll back/ }).count()).toBe(0);
  await view(page, 'Promise');
  await page.getByRole('row', { name: /All others/ }).waitFor();
  expect(await page.getByRole('button', { name: /Set|Take/ }).count()).toBe(0);
  await page.goto('/taxonomy?view=publish');
  await page.getByRole('heading', { name: 'Billing and payments' }).waitFor();
  expect(troubles).toEqual([]);
  await context.close();
});

test('an administrator promises less for one category, and takes that back', async () => {
  const { page, troubles, context } = await walk(browser, { baseURL: house.url });
  await signIn(page, { path: '/taxonomy?view=promises' });
  await page.getByLabel('A promise of its own for').selectOption('account_access');
  await page.getByLabel('Percent that may be wrong', { exact: true }).fill('1');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  const own = page.getByRole('row', { name: /Account access/ });
  await own.getByText('too little data').first().waitFor();
  expect((await house.api.send('/v1/promises')).body).toMatchObject({ promises: [{}, { risk: 0.01 }], mode: 'auto' });
  await own.getByRole('textbox').fill('2,5');
  await own.getByRole('button', { name: /^Set/ }).click();
  await vi.waitUntil(async () => (await own.getByRole('textbox').inputValue()) === '2.5', { timeout: 10_000 });
  await own.getByRole('button', { name: /^Take/ }).click();
  await own.waitFor({ state: 'detached' });
  expect(troubles).toEqual([]);
  await context.close();
});

test.each(['light', 'dark'] as const)('every view is accessible, %s, on a desk and on a phone', async (colorScheme) => {
  for (const width of [1_280, 390]) {
    const { page, context, troubles } = await walk(browser, { baseURL: house.url, colorScheme, width });
    await signIn(page);
    for (const path of ['?category=returns', '?view=try', '?view=versions', '?view=promises']) {
      await page.goto(`/taxonomy${path}`);
      await page.getByText(/Version \d+ is in force/).waitFor();
      await page.locator('main button, main .empty').first().waitFor();
      expect([path, await violationsOn(page)]).toEqual([path, []]);
      const isTooWide = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
      expect([path, width, isTooWide]).toEqual([path, width, false]);
      await lookAt(page, `${path.replaceAll(/\W/g, '-')}-${colorScheme}-${width}`);
    }
    expect(troubles).toEqual([]);
    await context.close();
  }
});
