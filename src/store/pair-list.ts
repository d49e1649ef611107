/** Millions of pairs of small numbers, grouped by their first one without a list for each. */
export class PairList {
  #keys = new Int32Array(1 << 16);
  #values = new Int32Array(1 << 16);
  #length = 0;
  #highest = 0;
  #starts = new Int32Array(2);
  #sorted = new Int32Array();

  add(key: number, value: number): void {
    if (this.#length === this.#keys.length) {
      this.#keys = grown(this.#keys);
      this.#values = grown(this.#values);
    }
    this.#keys[this.#length] = key;
    this.#values[this.#length++] = value;
    if (key > this.#highest) this.#highest = key;
  }

  /** Groups what was added (a counting sort; a key's values keep their order). Call before `of`. */
  sort(): void {
    const starts = new Int32Array(this.#highest + 2);
    for (let at = 0; at < this.#length; at++) bump(starts, (this.#keys[at] ?? 0) + 1);
    for (let key = 1; key < starts.length; key++) starts[key] = (starts[key] ?? 0) + (starts[key - 1] ?? 0);
    const next = starts.slice();
    this.#sorted = new Int32Array(this.#length);
    for (let at = 0; at < this.#length; at++) {
      const key = this.#keys[at] ?? 0;
      this.#sorted[next[key] ?? 0] = this.#values[at] ?? 0;
      bump(next, key);
    }
    this.#starts = starts;
  }

  /** The values of a key, in the order in which they were added; empty for one that was never added. */
  of(key: number): Int32Array {
    return this.#sorted.subarray(this.#starts[key] ?? 0, this.#starts[key + 1] ?? 0);
  }
}

function grown(numbers: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.ceil(numbers.length * 1.5));
  larger.set(numbers);
  return larger;
}

function bump(numbers: Int32Array, index: number): void {
  numbers[index] = (numbers[index] ?? 0) + 1;
}
