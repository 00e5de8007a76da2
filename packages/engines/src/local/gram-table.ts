const SPREAD = 0x9e3779b1;
const EMPTY = -1;

/** Numbers 32-bit hashes from 0 in the order in which they are added: open addressing, at most half full. */
export class GramTable {
  #hashes: Uint32Array;
  #slots: Int32Array;
  /** The slot of each number. */
  #places: Int32Array;
  #size = 0;

  constructor(capacity: number) {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(16, capacity * 2)));
    this.#slots = new Int32Array(slots).fill(EMPTY);
    this.#hashes = new Uint32Array(slots / 2);
    this.#places = new Int32Array(slots / 2);
  }

  /** How many different hashes it holds. */
  get size(): number {
    return this.#size;
  }

  /** The hashes by their numbers. */
  get hashes(): Uint32Array {
    return this.#hashes.subarray(0, this.#size);
  }

  /** The hash's number, -1 if it was never added. */
  find(hash: number): number {
    return this.#slots[this.#slotOf(hash)] ?? EMPTY;
  }

  /** The hash's number, a new one if it was never added. */
  add(hash: number): number {
    const slot = this.#slotOf(hash);
    const known = this.#slots[slot] ?? EMPTY;
    if (known !== EMPTY) return known;
    if (this.#size === this.#hashes.length) {
      this.#grow();
      return this.add(hash);
    }
    this.#hashes[this.#size] = hash;
    this.#slots[slot] = this.#size;
    this.#places[this.#size] = slot;
    return this.#size++;
  }

  /** Forgets all hashes and keeps the memory; takes as long as there are hashes. */
  clear(): void {
    for (let number = 0; number < this.#size; number++) this.#slots[this.#places[number] ?? 0] = EMPTY;
    this.#size = 0;
  }

  /** Where the hash is, or the empty place where it would go. */
  #slotOf(hash: number): number {
    const mask = this.#slots.length - 1;
    let slot = (Math.imul(hash, SPREAD) >>> 7) & mask;
    for (;;) {
      const number = this.#slots[slot] ?? EMPTY;
      if (number === EMPTY || this.#hashes[number] === hash) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    const larger = new GramTable(this.#hashes.length * 2);
    for (const hash of this.hashes) larger.add(hash);
    this.#hashes = larger.#hashes;
    this.#slots = larger.#slots;
    this.#places = larger.#places;
  }
}
