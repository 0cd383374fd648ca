/** Keys in order, for lists that are sorted without sorting: one binary search per change. Pure but for its own array. */
export class SortedKeys {
  readonly #keys: string[] = [];

  add(key: string): void {
    const at = this.#firstAtLeast(key);
    if (this.#keys[at] !== key) this.#keys.splice(at, 0, key);
  }

  delete(key: string): void {
    const at = this.#firstAtLeast(key);
    if (this.#keys[at] === key) this.#keys.splice(at, 1);
  }

  all(): readonly string[] {
    return this.#keys;
  }

  startingWith(prefix: string): readonly string[] {
    const from = this.#firstAtLeast(prefix);
    return this.#keys.slice(from, this.#firstAtLeast(`${prefix}\uffff`));
  }

  #firstAtLeast(key: string): number {
    let [low, high] = [0, this.#keys.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#keys[middle] ?? "") < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
