/** One call after the other per key: what was asked later is done later. */
export type Serial = <T>(key: string, act: () => Promise<T>) => Promise<T>;

export function makeSerial(): Serial {
  const last = new Map<string, Promise<unknown>>();
  return async (key, act) => {
    const before = last.get(key) ?? Promise.resolve();
    // A failed call is its caller's trouble; the next one begins all the same.
    const mine = before.then(act, act);
    last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (last.get(key) === mine) last.delete(key);
    }
  };
}
