/** Bytes in memory between one writer and one reader; the writer waits until its bytes were taken. */
export interface ByteQueue extends AsyncIterable<Uint8Array> {
  /** Resolves when the reader has taken it. Empty pieces are taken at once. After `end` nothing is kept. */
  push(bytes: Uint8Array): Promise<void>;
  end(): void;
}

export function byteQueue(): ByteQueue {
  const waiting: { readonly bytes: Uint8Array; readonly taken: () => void }[] = [];
  let wake = Promise.withResolvers<undefined>();
  let isEnded = false;
  const stir = () => {
    wake.resolve(undefined);
    wake = Promise.withResolvers();
  };
  return {
    push: (bytes) => {
      if (isEnded || bytes.length === 0) return Promise.resolve();
      return new Promise((taken) => {
        waiting.push({ bytes, taken });
        stir();
      });
    },
    end: () => {
      isEnded = true;
      stir();
    },
    [Symbol.asyncIterator]: async function* () {
      for (;;) {
        const next = waiting.shift();
        if (next !== undefined) {
          yield next.bytes;
          next.taken();
        } else if (isEnded) return;
        else await wake.promise;
      }
    },
  };
}
