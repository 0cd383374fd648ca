/** Node's streams as byte streams, and channels as Node's streams. */
import { Duplex, type Readable, type Writable } from "node:stream";
import type { ByteStream } from "../bus/byte-stream.ts";
import type { Channel } from "../bus/channel.ts";

/** A Duplex, or a pair such as a process' stdout and stdin. Resetting it destroys it. */
export function byteStreamOf(readable: Readable, writable: Writable): ByteStream {
  return {
    incoming: piecesOf(readable),
    write: (chunk) =>
      new Promise((resolve, reject) => {
        writable.write(chunk, (error) => {
          if (error === null || error === undefined) resolve();
          else reject(error);
        });
      }),
    end: () => {
      writable.end();
      return Promise.resolve();
    },
    reset: () => {
      readable.destroy();
      writable.destroy();
    },
  };
}

/** The end of one direction leaves the other one alone. */
async function* piecesOf(readable: Readable): AsyncGenerator<Uint8Array> {
  const pieces = readable.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  for await (const piece of pieces) yield piece;
}

/** For whoever speaks a protocol on top, such as Node's HTTP and TLS. Destroying it resets the channel. */
export function duplexOf(channel: Channel): Duplex {
  const pieces = channel.incoming[Symbol.asyncIterator]();
  return new Duplex({
    allowHalfOpen: true,
    read() {
      pieces.next().then(
        ({ done, value }) => this.push(done === true ? null : value),
        (error: unknown) => this.destroy(error as Error),
      );
    },
    write: (chunk: Buffer, _encoding, done) => void channel.write(chunk).then(() => done(), done),
    final: (done) => void channel.end().then(() => done(), done),
    destroy: (error, done) => {
      channel.reset(error?.message ?? "the connection was closed");
      done(error);
    },
  });
}
