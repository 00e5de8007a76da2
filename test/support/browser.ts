import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PROGRAMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The browser of this machine, undefined where it has none: the walks say so instead of passing. */
export const program = process.env['USHER_TEST_BROWSER'] ?? PROGRAMS.find((path) => existsSync(path));

/** A browser of its own. As root it runs without a sandbox, as it must. */
export async function openBrowser(): Promise<Browser> {
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ ...(program !== undefined && { executablePath: program }), args });
}
