import { connect, type Socket } from 'node:net';

/** A ticket for each number, as a whole HTTP request. */
export type RequestOf = (number: number) => string;

/** One connection that is kept, with one request on it at a time. */
export interface Connection {
  /** Sends a request and answers the status of the response. */
  send(request: string): Promise<number>;
  close(): void;
}

/** Opens a connection. As little work as possible a request, because servers and load share the machine. */
export async function openConnection(port: number): Promise<Connection> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let waiting: PromiseWithResolvers<number> | undefined;
  let received = '';
  socket.setEncoding('latin1');
  socket.on('data', (piece: string) => {
    received += piece;
    const status = wholeResponse(received);
    if (status === undefined) return;
    received = '';
    waiting?.resolve(status);
  });
  const fail = () => waiting?.reject(new Error('the connection ended'));
  socket.on('error', fail).on('close', fail);
  await opened(socket);
  return {
    send(request) {
      if (socket.destroyed) return Promise.reject(new Error('the connection ended'));
      waiting = Promise.withResolvers<number>();
      socket.write(request);
      return waiting.promise;
    },
    close: () => socket.destroy(),
  };
}

function opened(socket: Socket): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once('connect', resolve).once('error', reject);
  return promise;
}

/** The status once headers and body are there; every server here announces the length of its body. */
function wholeResponse(text: string): number | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const length = /content-length: (\d+)/i.exec(text.slice(0, end));
  if (length === null)
    return /transfer-encoding: chunked/i.test(text) && !text.endsWith('0\r\n\r\n') ? undefined : statusOf(text);
  return text.length >= end + 4 + Number(length[1]) ? statusOf(text) : undefined;
}

function statusOf(text: string): number {
  return Number(text.slice(9, 12));
}
