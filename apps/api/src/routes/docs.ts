import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Context } from 'hono';
import { openApiDocument } from '../openapi.ts';
import type { Api } from './api.ts';

const DIST = new URL('.', import.meta.resolve('swagger-ui-dist/swagger-ui.css'));

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Usher API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="reference"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

const START = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#reference', deepLinking: true, validatorUrl: null });
`;

/** The page may run and show what this server sends, and nothing else. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Adds the OpenAPI document and the reference page, which comes from the package on disk and needs no other server. */
export function addDocs(api: Api): void {
  const document = JSON.stringify(openApiDocument());
  api.get('/openapi.json', (c) => c.body(document, 200, { 'Content-Type': 'application/json' }));
  api.get('/docs', (c) => send(c, PAGE, 'text/html; charset=utf-8'));
  api.get('/docs/start.js', (c) => send(c, START, 'text/javascript; charset=utf-8'));
  api.get('/docs/swagger-ui.css', async (c) => send(c, await dist('swagger-ui.css'), 'text/css; charset=utf-8'));
  api.get('/docs/swagger-ui-bundle.js', async (c) =>
    send(c, await dist('swagger-ui-bundle.js'), 'text/javascript; charset=utf-8'),
  );
}

function dist(file: string): Promise<string> {
  return readFile(fileURLToPath(new URL(file, DIST)), 'utf8');
}

function send(c: Context, content: string, type: string): Response {
  return c.body(content, 200, { 'Content-Type': type, 'Content-Security-Policy': POLICY, 'Cache-Control': 'no-cache' });
}
