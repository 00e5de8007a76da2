import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { connectDatabase } from '@usher/db/connect';
import { openBrowser } from '@usher/test/support/browser';
import type { Benchmark, Finding, Size } from './benchmark.ts';
import { type FirstLoad, SIGN_IN, visit, visits } from './console/first-load.ts';
import { fillHouse, lookUp, signIn } from './console/house.ts';
import { type Asked, questionsOf } from './console/routes.ts';
import { quantile } from './load/open.ts';
import { startServer } from './load/server.ts';
import { startServices } from './services.ts';

const API = new URL('../apps/api/src/main.ts', import.meta.url).pathname;
const BUILT = new URL('../apps/console/dist/index.html', import.meta.url);
const TICKETS: Record<Size, number> = { whole: 100_000, quick: 5_000 };
const VISITS: Record<Size, number> = { whole: 9, quick: 3 };
const ASKED: Record<Size, number> = { whole: 30, quick: 5 };
/** Answers that others share for a while take their time to ask. */
const ASKED_SLOWLY: Record<Size, number> = { whole: 8, quick: 2 };
const MOST_LOAD_MS = 1_000;
const MOST_ANSWER_MS = 200;
const MOST_KILOBYTES = 60;

/** How soon the console is there, and how soon its pages have their answers. */
export const consolePages: Benchmark = {
  name: 'console',
  about:
    'first load in Chromium, bytes, and every answer that its pages need, with 100,000 tickets and as many that wait',
  async run(progress, size) {
    if (!existsSync(BUILT)) throw new Error('The console is not built: run `npx pnpm build` first.');
    await using services = await startServices();
    await using database = connectDatabase(services.databaseUrl, { name: 'bench', connections: 2 });
    const { db } = database;
    progress(`${TICKETS[size]} decided tickets and as many that wait are written and counted`);
    const house = { db, databaseUrl: services.databaseUrl };
    await fillHouse(house, TICKETS[size]);
    const session = await signIn(db);
    const settings = {
      DATABASE_URL: services.databaseUrl,
      QUEUE_URL: services.redisUrl,
      USHER_LOG_LEVEL: 'error',
    };
    await using api = await startServer(API, settings);
    const url = `http://localhost:${api.port}`;
    progress('each answer');
    const answers = await measureAnswers({ url, session, size }, questionsOf(await lookUp(house)));
    progress('first loads');
    const loads = await measureLoads({ url, session, size });
    return [...loads, ...answers];
  },
};

interface House {
  url: string;
  session: string;
  size: Size;
}

async function measureAnswers(house: House, questions: readonly Asked[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const question of questions) {
    const times: number[] = [];
    const most = question.everyMs === undefined ? ASKED[house.size] : ASKED_SLOWLY[house.size];
    for (let asked = 0; asked < most; asked += 1) {
      if (asked > 0) await pause(question.everyMs ?? 0);
      times.push(await ask(house, question));
    }
    findings.push(findingOf(question, times));
  }
  return findings;
}

async function ask({ url, session }: House, { path, body }: Asked): Promise<number> {
  const headers = { Cookie: `__Host-usher=${session}`, 'Sec-Fetch-Site': 'same-origin', 'Accept-Encoding': 'gzip' };
  const sent = body === undefined ? { headers } : { ...sending(body), headers: { ...headers, ...JSON_TYPE } };
  const startedMs = performance.now();
  const answer = await fetch(`${url}${path}`, sent);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text.slice(0, 200)}`);
  return performance.now() - startedMs;
}

const JSON_TYPE = { 'Content-Type': 'application/json' };

function sending(body: unknown): RequestInit {
  return { method: 'POST', body: JSON.stringify(body) };
}

/** The goal is held against the slower of both: the median, and what one in twenty exceeds. */
function findingOf({ page, path, body }: Asked, times: readonly number[]): Finding {
  const sorted = times.toSorted((one, other) => one - other);
  const [first = 0] = times;
  const shown = (ms: number) => `${ms.toFixed(1)} ms`;
  return {
    figure: `${page}: ${body === undefined ? 'GET' : 'POST'} ${path}`,
    value: quantile(sorted, 0.95),
    unit: 'milliseconds',
    interval: null,
    n: times.length,
    goal: { atMost: MOST_ANSWER_MS },
    peers: [],
    note: `p95; median ${shown(quantile(sorted, 0.5))}, first ${shown(first)}, worst ${shown(sorted.at(-1) ?? 0)}`,
  };
}

async function measureLoads({ url, session, size }: House): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const visited of [SIGN_IN, ...visits]) {
    const loads: FirstLoad[] = [];
    for (let count = 0; count < VISITS[size]; count += 1) {
      // A browser of its own each time: a new process, and nothing in its caches.
      const browser = await openBrowser();
      try {
        loads.push(await visit(browser, { url, visited, ...(visited !== SIGN_IN && { session }) }));
      } finally {
        await browser.close();
      }
    }
    findings.push(...loadFindings(visited.name, loads));
  }
  return findings;
}

function loadFindings(name: string, loads: readonly FirstLoad[]): Finding[] {
  const sorted = (of: (load: FirstLoad) => number) => loads.map(of).toSorted((one, other) => one - other);
  const shown = sorted(({ shownMs }) => shownMs);
  const loaded = sorted(({ loadMs }) => loadMs);
  const common = { interval: null, n: loads.length, peers: [] };
  const median = (of: readonly number[]) => `${quantile(of, 0.5).toFixed(0)} ms`;
  const time: Finding = {
    ...common,
    figure: `${name}: first load, until it is whole`,
    value: shown.at(-1) ?? null,
    unit: 'milliseconds',
    goal: { atMost: MOST_LOAD_MS },
    note: `worst; median ${median(shown)}; the browser's load event: median ${median(loaded)}, worst ${(loaded.at(-1) ?? 0).toFixed(0)} ms`,
  };
  if (name !== SIGN_IN.name) return [time];
  const value = Math.max(...loads.map(({ bytes }) => bytes)) / 1_024;
  const size: Finding = {
    ...common,
    figure: 'page, script, style and icon, gzipped',
    value,
    unit: 'kilobytes',
    goal: { atMost: MOST_KILOBYTES },
  };
  return [time, size];
}
