import type { Browser, BrowserContext, Page } from 'playwright-core';

/** A page in a context of its own, and everything that went wrong in it. */
export interface Walk {
  context: BrowserContext;
  page: Page;
  /** Errors on the browser's console, and exceptions that nobody caught. */
  troubles: string[];
}

/** Opens a page as wide as a desk, or as a phone. */
export async function walk(
  browser: Browser,
  {
    baseURL,
    colorScheme = 'light',
    width = 1_280,
  }: { baseURL: string; colorScheme?: 'light' | 'dark'; width?: number },
): Promise<Walk> {
  const context = await browser.newContext({ baseURL, colorScheme, viewport: { width, height: 900 } });
  // Below the time a test has, so that a failure says what was waited for.
  context.setDefaultTimeout(25_000);
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('console', (message) => {
    // What the server refuses is the page's to tell; the browser notes it all the same.
    if (message.type() === 'error' && !message.text().includes('status of 401')) troubles.push(message.text());
  });
  page.on('pageerror', (error) => troubles.push(String(error)));
  return { context, page, troubles };
}
