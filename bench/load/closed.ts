import { openConnection, type RequestOf } from './target.ts';

export interface ClosedLoad {
  port: number;
  requestOf: RequestOf;
  connections: number;
  forMs: number;
}

/** Requests a second that a server answers with 202 while so many senders each wait for their answer. Throws on any other answer. */
export async function closedLoad({ port, requestOf, connections, forMs }: ClosedLoad): Promise<number> {
  const senders = await Promise.all(Array.from({ length: connections }, () => openConnection(port)));
  let number = 0;
  const startedMs = performance.now();
  await Promise.all(
    senders.map(async (sender) => {
      while (performance.now() - startedMs < forMs) {
        const status = await sender.send(requestOf((number += 1)));
        if (status !== 202) throw new Error(`a server under load answered ${status}`);
      }
    }),
  );
  const tookMs = performance.now() - startedMs;
  for (const sender of senders) sender.close();
  return (number / tookMs) * 1_000;
}
