import { gunzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { openApi } from './api-under-test.ts';

const api = await openApi();
afterAll(() => api[Symbol.asyncDispose]());

const page = await api.send('/', { key: null });
const assets = [...page.text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path = '']) => path);

test.each(['/', '/tickets', '/tickets/api:T-1', '/people', '/welcome'])('%s is a page of the console', async (path) => {
  const { status, text, headers } = await api.send(path, { key: null });
  expect([status, text]).toEqual([200, page.text]);
  expect(headers.get('Cache-Control')).toBe('no-cache');
});

test('the page runs what this server sends and nothing else, and nobody may frame it', () => {
  const policy = page.headers.get('Content-Security-Policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain('unsafe');
  expect(page.text).not.toMatch(/<script(?![^>]*src=)|<style| on\w+=| style=/);
});

test('a first visit loads one script and one stylesheet, together at most 60 KB, and keeps them', async () => {
  expect(assets.filter((path) => path.endsWith('.js'))).toHaveLength(1);
  expect(assets.filter((path) => path.endsWith('.css'))).toHaveLength(1);
  let bytes = 0;
  for (const path of assets) {
    const { status, headers } = await api.send(path, { key: null });
    expect([status, headers.get('Cache-Control')]).toEqual([200, expect.stringContaining('immutable')]);
    const answer = await api.ask(path, { headers: { 'Accept-Encoding': 'gzip' } });
    const zipped = Buffer.from(await answer.arrayBuffer());
    expect(gunzipSync(zipped).length).toBeGreaterThan(zipped.length);
    bytes += zipped.length;
  }
  expect(bytes).toBeLessThan(60_000);
});

test.each(['/assets/nothing.js', '/assets/..%2f..%2fpackage.json'])('%s is not served', async (path) => {
  expect((await api.send(path, { key: null })).status).toBe(404);
});
