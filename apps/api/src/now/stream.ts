import { setTimeout as pause } from 'node:timers/promises';
import type { Context } from 'hono';
import { streamSSE, type SSEStreamingApi } from 'hono/streaming';
import { problemOf } from '../problem.ts';
import type { Now } from '../view/now.ts';
import type { Sample } from './sampler.ts';

/** How often it is looked whether there is something new, and how long a connection may be silent, in milliseconds. */
const LOOK_EVERY_MS = 500;
const SILENT_MS = 10_000;
/** How often it is looked whether the listener may still listen. */
const ASK_EVERY_MS = 5_000;
/** When a browser comes back that was cut off. */
const RETRY_MS = 2_000;

export interface StreamOptions {
  look: () => Promise<Sample<Now>>;
  mayListen: () => Promise<boolean>;
  /** Aborted when the process stops: listeners come back to another. */
  stopping: AbortSignal;
  /** Milliseconds after which a listener hears that somebody is there although there is nothing new; ten seconds unless said. */
  silentMs?: number;
}

/**
 * Tells a browser what happens now, as server-sent events, until it leaves, its session ends (`ended`) or the process stops. While
 * nothing can be seen it says why (`away`), and goes on; where there is nothing new it says so now and then (`still`), which also keeps
 * proxies from cutting the connection.
 */
export function streamNow(c: Context, options: StreamOptions): Response {
  c.header('X-Accel-Buffering', 'no');
  return streamSSE(c, async (stream) => {
    const gone = new AbortController();
    stream.onAbort(() => gone.abort());
    await listen(stream, { ...options, signal: AbortSignal.any([gone.signal, options.stopping]) });
  });
}

async function listen(stream: SSEStreamingApi, options: StreamOptions & { signal: AbortSignal }): Promise<void> {
  const { look, mayListen, signal, silentMs = SILENT_MS } = options;
  const isAllowed = everyNowAndThen(mayListen);
  let told = 0;
  let spokeAt = performance.now();
  while (!signal.aborted) {
    if (!(await isAllowed())) {
      await stream.writeSSE({ event: 'ended', data: '{}' });
      return;
    }
    const sample = await look();
    const isNews = sample.number !== told;
    if (isNews) await stream.writeSSE({ ...eventOf(sample), retry: RETRY_MS });
    else if (performance.now() - spokeAt > silentMs) await stream.writeSSE({ event: 'still', data: '{}' });
    else {
      await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
      continue;
    }
    told = sample.number;
    spokeAt = performance.now();
  }
}

function eventOf(sample: Sample<Now>): { event: string; data: string } {
  if (sample.kind === 'seen') return { event: 'now', data: JSON.stringify(sample.value) };
  const detail = problemOf(sample.thrown)?.message ?? 'The server cannot see how it stands. Its log says more.';
  return { event: 'away', data: JSON.stringify({ detail }) };
}

/** Asks again only after a while; where that cannot be told, nothing changes. */
function everyNowAndThen(ask: () => Promise<boolean>): () => Promise<boolean> {
  let answer = true;
  let askedAt = -Infinity;
  return async () => {
    if (performance.now() - askedAt < ASK_EVERY_MS) return answer;
    askedAt = performance.now();
    answer = await ask().catch(() => answer);
    return answer;
  };
}
