import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { PortTaken } from './failures.ts';

/**
 * The wanted port, or PortTaken when another program listens there. Without a wanted one: the port kept in the file, or, where there is none
 * or another program has taken it, a free one, which is kept from now on.
 */
export async function choosePort(file: string, wanted: number | undefined): Promise<number> {
  if (wanted !== undefined) {
    if (await isFree(wanted)) return wanted;
    throw new PortTaken(wanted);
  }
  const kept = Number(await readFile(file, 'utf8').catch(() => 0));
  if (kept > 0 && (await isFree(kept))) return kept;
  const port = await findFreePort();
  await rm(file, { force: true });
  await writeFile(file, `${port}\n`);
  return port;
}

/** A port of the loopback address that nobody listens on at this moment. */
export async function findFreePort(): Promise<number> {
  return (await listenBriefly(0)) ?? findFreePort();
}

async function isFree(port: number): Promise<boolean> {
  return (await listenBriefly(port)) !== undefined;
}

async function listenBriefly(port: number): Promise<number | undefined> {
  const server = createServer();
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return undefined;
    throw error;
  } finally {
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  }
}
