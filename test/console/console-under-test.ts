import { serve } from '@usher/api/serve';
import { createApp } from '@usher/api/app';
import { inviteFirst } from '@usher/db/invitations';
import type { Page } from 'playwright-core';
import { type ApiOptions, type ApiUnderTest, openApi } from '../api/api-under-test.ts';
import { program } from '../support/browser.ts';

/** A console with its API on a port of its own. */
export interface ConsoleUnderTest extends AsyncDisposable {
  api: ApiUnderTest;
  url: string;
}

/** Serves an API with the built console. Throws, saying what to do, where there is no browser to look at it. */
export async function openConsole(options: ApiOptions = {}): Promise<ConsoleUnderTest> {
  if (program === undefined)
    throw new Error('The console is looked at in a browser: install chromium (apt install chromium).');
  const api = await openApi(options);
  const server = await serve(createApp(api.deps).fetch, { host: '127.0.0.1', port: 0 });
  return {
    api,
    url: `http://localhost:${server.port}`,
    async [Symbol.asyncDispose]() {
      await server.stop(1_000);
      await api[Symbol.asyncDispose]();
    },
  };
}

/** Comes in as the first administrator does. */
export async function arrive(page: Page, { api }: ConsoleUnderTest): Promise<void> {
  const token = await inviteFirst(api.db, 'test');
  await page.goto(`/welcome#${token}`);
  await page.getByLabel('Your name').fill('Ada Admin');
  await page.getByLabel('E-mail').fill('ada@example.com');
  await page.getByLabel('Password').fill('a sentence is a good password');
  await page.getByRole('button', { name: 'Begin' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
}
