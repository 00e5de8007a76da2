/** A source of numbers in [0, 1) that depends on its seed alone. */
export type Random = () => number;

/** Promises the same numbers for the same seed: a Weyl sequence through a 32-bit avalanche (after Steele et al., SplitMix, 2014). */
export function randomFrom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 0x1_0000_0000;
  };
}

/** Puts the first `length` numbers into a random order, each order equally likely (Fisher and Yates). */
export function shuffle(numbers: Int32Array, length: number, random: Random): void {
  for (let last = length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const moved = numbers[last] ?? 0;
    numbers[last] = numbers[other] ?? 0;
    numbers[other] = moved;
  }
}
