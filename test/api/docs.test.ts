import { readFile } from 'node:fs/promises';
import { createApp } from '@usher/api/app';
import { openApiDocument } from '@usher/api/openapi';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { openApi } from './api-under-test.ts';

const api = await openApi();
afterAll(() => api[Symbol.asyncDispose]());

const Operation = z.looseObject({
  operationId: z.string(),
  summary: z.string(),
  responses: z.record(z.string(), z.unknown()),
});
const Document = z.looseObject({ openapi: z.string(), paths: z.record(z.string(), z.record(z.string(), Operation)) });

test('the document is OpenAPI 3.1 and the one that is generated for docs/', async () => {
  const { status, body, text } = await api.send('/openapi.json', { key: null });
  expect(status).toBe(200);
  expect(Document.parse(body).openapi).toBe('3.1.0');
  const kept = await readFile(new URL('../../docs/openapi.json', import.meta.url), 'utf8');
  expect(JSON.parse(kept)).toEqual(JSON.parse(text));
});

test('the document describes every route but the reference itself and the pages of the console', async () => {
  const { paths } = Document.parse(JSON.parse(JSON.stringify(openApiDocument())));
  const described = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const routes = createApp(api.deps).routes.filter(({ method }) => method !== 'ALL');
  const served = routes.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
  const isForBrowsers = (route: string) => /^GET \/(?!v1|livez|readyz|metrics|ops\/queues\/unlock)/.test(route);
  expect([...new Set(described)].toSorted()).toEqual(
    [...new Set(served.filter((route) => !isForBrowsers(route)))].toSorted(),
  );
});

test('every reference within the document leads somewhere', () => {
  const document: unknown = JSON.parse(JSON.stringify(openApiDocument()));
  const references = [...JSON.stringify(openApiDocument()).matchAll(/"\$ref": ?"#\/([^"]+)"/g)].map(
    ([, path = '']) => path,
  );
  const found = references.map((path) =>
    path
      .split('/')
      .reduce((part: unknown, key) => z.record(z.string(), z.unknown()).catch({}).parse(part)[key], document),
  );
  expect(references.length).toBeGreaterThan(10);
  expect(found.filter((part) => part === undefined)).toEqual([]);
});

test('the reference page comes whole from this server, under a policy that lets nothing else in', async () => {
  const page = await api.send('/docs', { key: null });
  expect(page.status).toBe(200);
  expect(page.text).not.toMatch(/(?:src|href)="(?!\/docs\/|data:,)/);
  expect(page.text).not.toMatch(/<script>|<style>| on\w+=/);
  const policy = page.headers.get('Content-Security-Policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain('unsafe');
  for (const [, path = ''] of page.text.matchAll(/(?:src|href)="(\/docs\/[^"]+)"/g)) {
    const part = await api.send(path, { key: null });
    expect([path, part.status, part.headers.get('Content-Type')]).toEqual([
      path,
      200,
      expect.stringMatching(path.endsWith('.css') ? /^text\/css/ : /^text\/javascript/),
    ]);
    expect(part.text.length).toBeGreaterThan(50);
  }
});
