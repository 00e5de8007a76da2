import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';

/** The port kept in a file, or a free one where there is none or another program has taken it. */
export async function keptOrFreePort(file: string): Promise<number> {
  const kept = Number(await readFile(file, 'utf8').catch(() => 0));
  return kept > 0 && (await isFree(kept)) ? kept : findFreePort();
}

/** Keeps a port in a file, for the next start. */
export async function keepPort(file: string, port: number): Promise<void> {
  await rm(file, { force: true });
  await writeFile(file, `${port}\n`);
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
