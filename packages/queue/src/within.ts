/**
 * The result of the work, or a rejection with `late()` after so many milliseconds; the work itself is not stopped. What
 * arrived while this process was too busy to look is looked at first: its own slowness is nobody else's lateness.
 */
export async function within<T>(work: Promise<T>, ms: number, late: () => Error): Promise<T> {
  const { promise: deadline, reject } = Promise.withResolvers<never>();
  let lastLook: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    // Timers come before sockets in a turn of the event loop, immediates after them.
    lastLook = setImmediate(() => reject(late()));
  }, ms);
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
    clearImmediate(lastLook);
  }
}
