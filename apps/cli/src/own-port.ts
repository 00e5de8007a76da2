import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '@usher/core/config';
import { CannotDo } from './failures.ts';

type Address = Pick<Config, 'USHER_HOST' | 'PORT'>;

/** Longest time for which the API of a start that was killed may still hold its port, in milliseconds. */
const LEAVES_WITHIN_MS = 20_000;
const LOOK_AGAIN_MS = 200;

/**
 * Makes sure that the API will be able to listen: waits for an Usher that is just stopping, and throws CannotDo where another
 * program holds the port or the address is not this machine's.
 */
export async function claimPort(address: Address, signal: AbortSignal): Promise<void> {
  const giveUpAt = Date.now() + LEAVES_WITHIN_MS;
  while (!signal.aborted) {
    // Asked first: what answers now and is gone a moment later must not be taken for another program.
    const holder = await readiness(address);
    const problem = await whyNotListen(address);
    if (problem === undefined) return;
    if (problem.code !== 'port_taken' || holder !== 'not ready' || Date.now() > giveUpAt) throw problem;
    await pause(LOOK_AGAIN_MS);
  }
}

/** What an Usher at this address says of itself; `none` where there is none, or another program. */
export async function readiness({ USHER_HOST, PORT }: Address): Promise<'ready' | 'not ready' | 'none'> {
  const everywhere: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
  const host = everywhere[USHER_HOST] ?? USHER_HOST;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${PORT}/readyz`;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    if (answer.ok) return 'ready';
    return (await answer.text()).includes('"code":"not_ready"') ? 'not ready' : 'none';
  } catch {
    return 'none';
  }
}

async function whyNotListen({ USHER_HOST: host, PORT: port }: Address): Promise<CannotDo | undefined> {
  const server = createServer();
  try {
    await once(server.listen({ host, port }), 'listening');
    return undefined;
  } catch (thrown) {
    return refusal(thrown, host, port);
  } finally {
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  }
}

function refusal(thrown: unknown, host: string, port: number): CannotDo {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  if (code === 'EADDRINUSE') {
    const what = `Port ${port} is taken by another program. Stop it, or set PORT to another one.`;
    return new CannotDo('port_taken', what);
  }
  if (code === 'EACCES') {
    const what = `This user may not listen on port ${port}. Set PORT to another one, such as 3000.`;
    return new CannotDo('port_forbidden', what);
  }
  const what = `Usher cannot listen on ${host} (${String(code)}). Set USHER_HOST to an address of this machine.`;
  return new CannotDo('host_unusable', what);
}
