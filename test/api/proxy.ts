import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A server between the API and its database that can fall silent, as networks and hanging servers do. */
export interface Proxy extends AsyncDisposable {
  url: string;
  /** Passes nothing on any more and closes nothing; new connections are taken and stay silent too. */
  hold(): void;
  /** Passes everything on again, also what was held. */
  release(): void;
  /** Passes on what comes through new connections; those that were held stay silent for ever. */
  admitNew(): void;
}

interface Pair {
  near: Socket;
  far: Socket | undefined;
}

/** Starts a proxy in front of the server of an address. */
export async function startProxy(target: string): Promise<Proxy> {
  const address = new URL(target);
  const pairs = new Set<Pair>();
  let isHeld = false;

  const join = (pair: Pair) => {
    pair.far ??= connect(Number(address.port), address.hostname);
    const { near, far } = pair;
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) socket.on('error', () => [near, far].forEach((end) => end.destroy()));
  };
  const server = createServer((near) => {
    const pair: Pair = { near, far: undefined };
    pairs.add(pair);
    near.on('error', () => near.destroy());
    near.on('close', () => pairs.delete(pair));
    if (!isHeld) join(pair);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const own = server.address();
  if (own === null || typeof own === 'string') throw new Error('the proxy listens on no port');
  const url = new URL(target);
  url.host = `127.0.0.1:${own.port}`;

  return {
    url: url.href,
    hold() {
      isHeld = true;
      for (const { near, far } of pairs) {
        if (far === undefined) continue;
        near.unpipe(far).pause();
        far.unpipe(near).pause();
      }
    },
    release() {
      isHeld = false;
      for (const pair of pairs) join(pair);
    },
    admitNew() {
      isHeld = false;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      for (const { near, far } of pairs) [near, far].forEach((socket) => socket?.destroy());
      await once(server, 'close');
    },
  };
}
