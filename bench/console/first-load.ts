import type { Browser, BrowserContext, Page } from 'playwright-core';
import { z } from 'zod';

/** A page's first visit: an empty cache and a new process of the browser for it. */
export interface FirstLoad {
  /** Milliseconds from the navigation until the browser fired `load`, by its own clock. */
  loadMs: number;
  /** Until what the page is about was there. */
  shownMs: number;
  /** Bytes of page, script, style and icon as they came over the wire, compressed. */
  bytes: number;
}

/** What is looked at: an address, and what is there once the page is whole. */
export interface Visited {
  name: string;
  path: string;
  shown: string;
}

/** The pages, with the last thing that each shows of what it asks first. */
export const visits: readonly Visited[] = [
  { name: 'review', path: '/', shown: 'h2.title' },
  { name: 'review as a list', path: '/review?view=list', shown: 'main tbody tr' },
  { name: 'tickets', path: '/tickets', shown: 'main tbody tr' },
  { name: 'evidence', path: '/evidence', shown: '.heat td a' },
  { name: 'evidence, operations', path: '/evidence/operations', shown: '.plot svg' },
  { name: 'taxonomy', path: '/taxonomy', shown: 'textarea' },
  { name: 'now', path: '/now', shown: '.plot svg' },
  { name: 'people', path: '/people', shown: 'main tbody tr' },
  { name: 'audit log', path: '/audit', shown: 'main tbody tr' },
];

/** Where strangers arrive. */
export const SIGN_IN: Visited = { name: 'sign-in', path: '/', shown: 'input[name=password]' };

/** After that a page will not come. */
const LONGEST_MS = 30_000;

const Timing = z.object({ loadMs: z.number(), shownMs: z.number(), bytes: z.number() });

/** Visits a page for the first time; signed in where there is a session. */
export async function visit(
  browser: Browser,
  { url, session, visited }: { url: string; session?: string; visited: Visited },
): Promise<FirstLoad> {
  const context = await browser.newContext({ viewport: { width: 1_280, height: 900 } });
  try {
    if (session !== undefined) await bringSession(context, url, session);
    const page = await context.newPage();
    await page.goto(`${url}${visited.path}`);
    return await timing(page, visited.shown);
  } finally {
    await context.close();
  }
}

async function bringSession(context: BrowserContext, url: string, value: string): Promise<void> {
  const secure = url.replace('http:', 'https:');
  await context.addCookies([{ name: '__Host-usher', value, url: secure, secure: true }]);
}

/** In the page, so that no way between programs is counted: looked at with each frame that the browser draws. */
async function timing(page: Page, shown: string): Promise<FirstLoad> {
  const measured: unknown = await page.evaluate(`new Promise((resolve, reject) => {
    const look = () => {
      if (performance.now() > ${LONGEST_MS}) return reject(new Error('the page did not show what it should: is the console built? npx pnpm build'));
      const [navigation] = performance.getEntriesByType('navigation');
      if (document.querySelector(${JSON.stringify(shown)}) === null || navigation.loadEventEnd === 0)
        return requestAnimationFrame(look);
      const files = performance.getEntriesByType('resource').filter(({ initiatorType }) => initiatorType !== 'fetch');
      const bytes = [navigation, ...files].reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
      resolve({ loadMs: navigation.loadEventEnd, shownMs: performance.now(), bytes });
    };
    look();
  })`);
  return Timing.parse(measured);
}
