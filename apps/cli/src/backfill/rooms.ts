import { roomForRows } from '@usher/db/backfill/packed-rows';

/** Memory for so many chunks at a time; who wants more waits until one is given back. */
export class Rooms {
  readonly #free: ArrayBuffer[];
  #wanted: PromiseWithResolvers<ArrayBuffer> | undefined;

  constructor(count: number) {
    this.#free = Array.from({ length: count }, roomForRows);
  }

  /** Waits for memory; one at a time may. */
  async take(): Promise<ArrayBuffer> {
    const room = this.#free.pop();
    if (room !== undefined) return room;
    this.#wanted = Promise.withResolvers<ArrayBuffer>();
    return this.#wanted.promise;
  }

  give(room: ArrayBuffer): void {
    if (this.#wanted === undefined) this.#free.push(room);
    else this.#wanted.resolve(room);
    this.#wanted = undefined;
  }
}
