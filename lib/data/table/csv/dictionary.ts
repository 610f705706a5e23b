/** Numbers different texts, from their bytes: a text that was there before is not decoded. */

/** Open addressing: at most half of the slots are used. */
export class Dictionary {
  private slots = new Int32Array(1 << 8);
  private hashes = new Int32Array(1 << 7);
  private ends = new Int32Array(1 << 7);
  private bytes = Buffer.allocUnsafe(1 << 10);
  private used = 0;
  size = 0;

  /** The number of a text; a new text gets the next one. */
  codeOf(buffer: Uint8Array, start: number, end: number): number {
    let hash = 0x811c9dc5; // FNV-1a
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ buffer[at], 0x01000193);
    hash ^= hash >>> 15;
    const mask = this.slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const code = this.slots[slot] - 1;
      if (code < 0) return this.insert(slot, hash, buffer, start, end);
      if (this.hashes[code] === hash && this.equals(code, buffer, start, end)) return code;
    }
  }

  private equals(code: number, buffer: Uint8Array, start: number, end: number): boolean {
    const from = code === 0 ? 0 : this.ends[code - 1];
    if (this.ends[code] - from !== end - start) return false;
    const { bytes } = this;
    for (let i = 0; i < end - start; i++) if (bytes[from + i] !== buffer[start + i]) return false;
    return true;
  }

  private insert(
    slot: number,
    hash: number,
    buffer: Uint8Array,
    start: number,
    end: number,
  ): number {
    const code = this.size++;
    if (code === this.ends.length) {
      this.hashes = twice(this.hashes);
      this.ends = twice(this.ends);
    }
    if (this.used + end - start > this.bytes.length) {
      const larger = Buffer.allocUnsafe(2 * (this.used + end - start));
      this.bytes.copy(larger, 0, 0, this.used);
      this.bytes = larger;
    }
    for (let at = start; at < end; at++) this.bytes[this.used++] = buffer[at];
    this.hashes[code] = hash;
    this.ends[code] = this.used;
    this.slots[slot] = code + 1;
    if (2 * this.size > this.slots.length) this.rehash();
    return code;
  }

  private rehash(): void {
    this.slots = new Int32Array(2 * this.slots.length);
    const mask = this.slots.length - 1;
    for (let code = 0; code < this.size; code++) {
      let slot = this.hashes[code] & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = code + 1;
    }
  }

  /** The texts from number `first` on. */
  texts(first: number): string[] {
    return Array.from({ length: this.size - first }, (_, i) => {
      const code = first + i;
      return this.bytes.toString('utf8', code === 0 ? 0 : this.ends[code - 1], this.ends[code]);
    });
  }
}

function twice(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * array.length);
  larger.set(array);
  return larger;
}
