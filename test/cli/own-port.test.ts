import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { claimPort } from '@usher/cli/own-port';
import { expect, onTestFinished, test } from 'vitest';
import { findFreePort } from '@usher/embedded/port';

const NEVER = new AbortController().signal;
const HOST = '127.0.0.1';

/** Another program on a port of its own; answers the port. */
async function holder(answer: RequestListener): Promise<{ server: Server; port: number }> {
  const port = await findFreePort();
  const server = createServer(answer).listen(port, HOST);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { server, port };
}

test('a free port is there for the API', async () => {
  await expect(claimPort({ USHER_HOST: HOST, PORT: await findFreePort() }, NEVER)).resolves.toBeUndefined();
});

test('a port that another program holds is refused, on this address and on all', async () => {
  const { port } = await holder((_, response) => response.end('hello'));
  for (const USHER_HOST of [HOST, '0.0.0.0']) {
    await expect(claimPort({ USHER_HOST, PORT: port }, NEVER)).rejects.toMatchObject({
      code: 'port_taken',
      message: `Port ${port} is taken by another program. Stop it, or set PORT to another one.`,
    });
  }
});

test('the API of a start that was killed is waited for while it stops', async () => {
  let asked = 0;
  const { server, port } = await holder((_, response) => {
    asked += 1;
    response.writeHead(503, { connection: 'close' }).end('{"code":"not_ready","detail":"The process is stopping."}');
    if (asked === 2) server.close();
  });
  await claimPort({ USHER_HOST: HOST, PORT: port }, NEVER);
  expect(asked).toBe(2);
});

test('an address that is not of this machine is said to be so', async () => {
  await expect(claimPort({ USHER_HOST: '192.0.2.1', PORT: 3000 }, NEVER)).rejects.toMatchObject({
    code: 'host_unusable',
    message: expect.stringContaining('Set USHER_HOST'),
  });
});
