import { createApp } from '@usher/api/app';
import { serve } from '@usher/api/serve';
import { accountOf } from '@usher/engines/claude/account';
import { noteAnswered, breakerName } from '@usher/db/breakers';
import { findTicket } from '@usher/db/find-ticket';
import postgres from 'postgres';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { decideAs } from '../api/decide-in-test.ts';
import { sessionOf } from '../api/session-of.ts';
import { violationsOn } from './accessibility.ts';
import { openBrowser } from '../support/browser.ts';
import { walk, type Walk } from './browser.ts';
import { type ConsoleUnderTest, openConsole } from './console-under-test.ts';

const account = accountOf('sk-ant-test');
const MODELS = ['claude-haiku-5-5', 'claude-sonnet-5-5'];
const UNREAD = { action: 'triage', reason: 'unavailable', team: 'triage', category: null, confidence: null } as const;
const SUBJECTS = ['Charged twice for March', 'Cannot sign in since the update', 'Parcel shows delivered, is not here'];

let house: ConsoleUnderTest;
let browser: Browser;
let sql: postgres.Sql;
beforeAll(async () => {
  house = await openConsole({
    claude: { account, models: MODELS, ceilings: { requests: 1_000 }, dailyMicroUsd: 20_000_000 },
  });
  browser = await openBrowser();
  const { api } = house;
  sql = postgres(api.databaseUrl, { max: 1 });
  const tickets = SUBJECTS.map((subject, at) => ({ ticket_id: `N-${at}`, subject, body: 'Please help.' }));
  await api.send('/v1/tickets', { body: { tickets } });
  await decideAs(api, 'N-0');
  await decideAs(api, 'N-1', UNREAD);
  await decideAs(api, 'N-2', { ...UNREAD, reason: 'unusable' });
  await noteAnswered(api.db, breakerName(account));
  await sql`
    insert into deliveries (source_id, ticket_id, event, state, attempts, due_at, last_status, last_error)
    select source_id, id, 'ticket.routed', 'dead', 12, now(), 503, 'the helpdesk did not answer in time'
    from tickets where external_id = 'N-0'`;
});
afterAll(async () => {
  await browser.close();
  await sql.end();
  await house[Symbol.asyncDispose]();
});

/** A browser in which somebody with this role is signed in. */
async function enter(
  role: 'agent' | 'ops' | 'admin',
  how: { baseURL?: string; colorScheme?: 'light' | 'dark'; width?: number } = {},
): Promise<Walk> {
  const walking = await walk(browser, { baseURL: house.url, ...how });
  const email = `${role}-${Math.random().toString(36).slice(2)}@example.com`;
  const [, token = ''] = (await sessionOf(house.api, role, email)).Cookie.split('=');
  await walking.context.addCookies([
    { name: '__Host-usher', value: token, url: house.url.replace('http:', 'https:'), secure: true },
  ]);
  return walking;
}

const untilLive = (page: Page) =>
  page
    .getByRole('status')
    .filter({ hasText: /^Live$/ })
    .waitFor();

test('a ticket that arrives is shown without a reload', async () => {
  const { page, troubles, context } = await enter('ops');
  await page.goto('/now');
  await untilLive(page);
  await page.evaluate('window.isSamePage = true');
  const chart = (n: number) => page.getByRole('img', { name: new RegExp(`^${n} texts came in`) });
  await chart(3).waitFor();
  await house.api.send('/ticket-webhook', { body: { ticket_id: 'N-3', subject: 'Hello', body: 'Is anybody there?' } });
  await chart(4).waitFor();
  expect(await page.evaluate('window.isSamePage')).toBe(true);
  expect(troubles).toEqual([]);
  await context.close();
});

test('what happens goes on to be shown by itself after the server was away', async () => {
  const { fetch } = createApp(house.api.deps);
  const host = '127.0.0.1';
  const first = await serve(fetch, { host, port: 0 });
  const { port } = first;
  const { page, troubles, context } = await enter('ops', { baseURL: `http://localhost:${port}` });
  await page.goto('/now');
  await untilLive(page);
  await page.evaluate('window.isSamePage = true');
  await first.stop(0);
  await page.getByText('The server cannot be reached').waitFor();
  const second = await serve(fetch, { host, port });
  await untilLive(page);
  expect(await page.getByText('The server cannot be reached').count()).toBe(0);
  expect(await page.evaluate('window.isSamePage')).toBe(true);
  // That nobody was there is noted by the browser itself.
  expect(troubles.filter((trouble) => !trouble.includes('net::ERR_'))).toEqual([]);
  await context.close();
  await second.stop(0);
});

test('ops stops the calls to Claude, lets them go on, tries a ticket again and sends a delivery again', async () => {
  const { page, troubles, context } = await enter('ops');
  await page.goto('/now');
  await untilLive(page);
  await page.getByText('Stop calling Claude').click();
  await page.getByLabel('Why').fill('The key is being changed');
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await page.getByText('The key is being changed').waitFor();
  await page.getByRole('button', { name: 'Call Claude again' }).click();
  await page.getByText('Claude is called', { exact: true }).waitFor();
  const row = page.getByRole('row', { name: /Parcel shows delivered/ });
  await row.getByRole('button', { name: 'Try again' }).click();
  await row.waitFor({ state: 'detached' });
  const ticket = await findTicket(house.api.db, { source: 'api', externalId: 'N-2' });
  expect([ticket?.state, ticket?.revision]).toEqual(['received', 2]);
  await page.getByRole('button', { name: 'Send again' }).click();
  await page.getByText('None. Every receiver took what it was told').waitFor();
  expect(await sql`select state, attempts from deliveries`).toMatchObject([{ state: 'pending', attempts: 0 }]);
  expect(troubles).toEqual([]);
  await context.close();
});

test('Bull Board opens for ops, changes only what was allowed before, and is refused to agents', async () => {
  const { page, troubles, context } = await enter('ops');
  await page.goto('/now');
  await page.getByRole('link', { name: 'Queues', exact: true }).waitFor();
  const job = await house.api.queue.queue('deliver').add('deliver', { deliveryId: 1 }, { delay: 600_000 });
  const board = await context.newPage();
  const boardTroubles: string[] = [];
  board.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('status of 403')) boardTroubles.push(message.text());
  });
  board.on('pageerror', (error) => boardTroubles.push(String(error)));
  await board.goto('/ops/queues/queue/deliver');
  await board.getByText('Read-only').waitFor();
  await board.getByRole('heading', { name: 'deliver' }).first().waitFor();
  await shot(board, 'board-light');
  await board.emulateMedia({ colorScheme: 'dark' });
  await shot(board, 'board-dark');
  const pause = () =>
    board.evaluate(async () => (await fetch('/ops/queues/api/queues/deliver/pause', { method: 'PUT' })).status);
  expect(await pause()).toBe(403);
  await page.getByRole('button', { name: 'Allow changes for 10 minutes' }).click();
  await page.getByText('Bull Board may change queues until').waitFor();
  await board.reload();
  await board.getByText('Changes are possible').waitFor();
  // The editor of a job has its styles, which it writes into the page by itself.
  await board.goto(`/ops/queues/queue/deliver/${job.id}`);
  await board.getByText('deliveryId').waitFor();
  // Its buttons have no names: this is the one with the pencil, between those to duplicate and to remove the job.
  await board.getByRole('button').nth(9).click();
  await board.getByRole('heading', { name: 'Update job data' }).waitFor();
  await board.locator('.cm-editor').waitFor();
  expect(await board.evaluate(`getComputedStyle(document.querySelector('.cm-editor')).display`)).toBe('flex');
  await shot(board, 'board-editor');
  expect(await pause()).toBe(200);
  await vi.waitUntil(() => house.api.queue.queue('deliver').isPaused(), { timeout: 10_000, interval: 20 });
  await page.getByRole('button', { name: 'Allow no more changes' }).click();
  await page.getByText('Bull Board only shows').waitFor();
  expect([...troubles, ...boardTroubles]).toEqual([]);
  await context.close();
  const agent = await enter('agent');
  expect((await agent.page.goto('/ops/queues'))?.status()).toBe(403);
  await agent.page.goto('/tickets');
  await agent.page.getByRole('link', { name: 'Tickets', exact: true }).waitFor();
  expect(await agent.page.getByRole('link', { name: 'Queues' }).count()).toBe(0);
  await agent.context.close();
});

test('a stranger who opens Bull Board is led to where people sign in', async () => {
  const { page, context } = await walk(browser, { baseURL: house.url });
  await page.goto('/ops/queues');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await context.close();
});

/** An hour of an everyday afternoon: what came in, and the same a little later as decided. */
async function anHourPassed(): Promise<void> {
  await sql`
    insert into minute_volume (minute, event, n)
    select date_trunc('minute', now()) - at * interval '1 minute', event,
           greatest(1, round(34 + 16 * sin((at + shift) / 6.0) + (at + shift) * 7 % 9))
    from generate_series(1, 59) as at, (values ('received', 0), ('decided', 1)) as kinds (event, shift)
    on conflict do nothing`;
  await sql`
    insert into minute_calls (minute, model, calls, input_tokens, output_tokens, cost_micro_usd)
    select date_trunc('minute', now()) - at * interval '1 minute', model, calls, calls * 410, calls * 60, calls * 310
    from generate_series(1, 59) as at, (values (${MODELS[0] ?? ''}, 412), (${MODELS[1] ?? ''}, 38)) as known (model, calls)
    on conflict do nothing`;
}

test.each(['light', 'dark'] as const)('Now is accessible, %s, on a desk and on a phone', async (colorScheme) => {
  await anHourPassed();
  for (const width of [1_280, 390]) {
    const { page, context, troubles } = await enter('admin', { colorScheme, width });
    await page.goto('/now');
    await untilLive(page);
    await page.getByText('Stop calling Claude').click();
    expect([width, await violationsOn(page)]).toEqual([width, []]);
    expect(await page.evaluate('document.documentElement.scrollWidth > innerWidth')).toBe(false);
    await page.getByText('Stop calling Claude').click();
    await page.evaluate('scrollTo(0, 0)');
    await shot(page, `now-${colorScheme}-${width}`);
    expect(troubles).toEqual([]);
    await context.close();
  }
});

async function shot(page: Page, name: string): Promise<void> {
  const folder = process.env['USHER_SCREENSHOTS'];
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}
