import { once } from 'node:events';

const LOOK_EVERY_MS = 500;

/**
 * Tells when the service is asked to stop: by SIGINT or SIGTERM or, started by npm, when the parent is gone, because the shell
 * between npm and this process does not hand a signal on. Started otherwise it outlives its parent, as under nohup.
 */
export function stopSignal(environment: Readonly<Record<string, string | undefined>>): {
  signal: AbortSignal;
  asked: Promise<unknown>;
} {
  const controller = new AbortController();
  const stop = () => controller.abort();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, stop);
  if (environment['npm_lifecycle_event'] !== undefined) watchParent(stop);
  return { signal: controller.signal, asked: once(controller.signal, 'abort') };
}

function watchParent(onGone: () => void): void {
  const parent = process.ppid;
  const look = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(look);
    onGone();
  }, LOOK_EVERY_MS).unref();
}
