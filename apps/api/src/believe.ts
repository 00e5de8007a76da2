/** Milliseconds for which what was looked up is believed; with the time of a look-up, a revoked key dies within 5 s. */
const BELIEVED_MS = 3_000;
const MAX_BELIEVED = 1_000;

/**
 * Remembers what was found for a while, and has one look-up serve all who ask for the same meanwhile. `hash` is the name under
 * which it is remembered. `now` is a clock in milliseconds.
 */
export function believeForAWhile<Found>(
  lookUp: (key: string) => Promise<Found | undefined>,
  now: () => number,
): (key: string, hash: string) => Promise<Found | undefined> {
  const believed = new Map<string, { found: Promise<Found | undefined>; until: number }>();
  return async (key, hash) => {
    const known = believed.get(hash);
    if (known !== undefined && now() < known.until) return known.found;
    const entry = { found: lookUp(key), until: now() + BELIEVED_MS };
    believed.delete(hash);
    believed.set(hash, entry);
    const [oldest] = believed.keys();
    if (believed.size > MAX_BELIEVED && oldest !== undefined) believed.delete(oldest);
    const forget = () => {
      if (believed.get(hash) === entry) believed.delete(hash);
    };
    try {
      const found = await entry.found;
      if (found === undefined) forget();
      return found;
    } catch (error) {
      forget();
      throw error;
    }
  };
}
