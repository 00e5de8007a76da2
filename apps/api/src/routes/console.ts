import { gzipSync } from 'node:zlib';
import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Context } from 'hono';
import { Problem } from '../problem.ts';
import type { Api } from './api.ts';

/** Where `pnpm build` puts the console. */
const BUILT = new URL('../../../console/dist/', import.meta.url);

/** Addresses that the console reads itself; each is answered with its one page. */
const PAGES = [
  '/',
  '/review',
  '/tickets',
  '/tickets/:id',
  '/evidence',
  '/evidence/:view',
  '/taxonomy',
  '/now',
  '/people',
  '/audit',
  '/welcome',
];

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The page may run and show what this server sends, and nothing else; nobody may frame it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

interface File {
  type: string;
  bytes: Buffer<ArrayBuffer>;
  zipped: Buffer<ArrayBuffer>;
}

/** Adds the console, which is read once, at the start: a page and its assets, whose names change with their content. */
export function addConsole(api: Api): void {
  const files = readBuilt();
  for (const path of PAGES) api.get(path, (c) => send(c, files.get('index.html'), 'no-cache'));
  api.get('/assets/:name', (c) =>
    send(c, files.get(`assets/${c.req.param('name')}`), 'public, max-age=31536000, immutable'),
  );
}

function send(c: Context, file: File | undefined, caching: string): Response {
  if (file === undefined) throw notBuilt(c.req.path);
  const isZipped = /\bgzip\b/.test(c.req.header('accept-encoding') ?? '');
  const headers = { 'Content-Type': file.type, 'Cache-Control': caching, 'Content-Security-Policy': POLICY };
  return c.body(isZipped ? file.zipped : file.bytes, 200, {
    ...headers,
    ...(isZipped && { 'Content-Encoding': 'gzip' }),
    Vary: 'Accept-Encoding',
  });
}

function readBuilt(): Map<string, File> {
  try {
    const assets = readdirSync(new URL('assets/', BUILT)).map((name) => `assets/${name}`);
    return new Map(['index.html', ...assets].map((name) => [name, readFile(name)]));
  } catch (error) {
    // A server for programs alone needs no console.
    if (z.object({ code: z.literal('ENOENT') }).safeParse(error).success) return new Map();
    throw error;
  }
}

function readFile(name: string): File {
  const bytes = readFileSync(fileURLToPath(new URL(name, BUILT)));
  return { type: TYPES[extname(name)] ?? 'text/html; charset=utf-8', bytes, zipped: gzipSync(bytes) };
}

function notBuilt(path: string): Problem {
  const detail = path.startsWith('/assets/')
    ? 'There is no such file. Load the page again: the console was renewed.'
    : 'The console was not built: run `npx pnpm build` and start again. The API works without it; see /docs.';
  return new Problem({ status: 404, code: 'console_not_built', detail });
}
