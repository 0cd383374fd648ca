/**
 * Frames of an exec channel: what is written on one side is read whole on the other.
 *
 * A frame is four bytes of length (big endian, of all that follows), one byte that names the stream
 * (`execStream`), and the bytes. A channel may cut its bytes anywhere; this puts frames together again.
 */

export interface ExecFrame {
  /** One of `execStream`. */
  readonly stream: number;
  readonly bytes: Uint8Array;
}

const headBytes = 5;

/** The largest frame either side may send: with its head it fits into one frame of the channel. */
export const execFrameBytesMax = 64 * 1024 - headBytes;
/** The largest that is taken: senders of before the head counted. */
const receivedBytesMax = 64 * 1024;

export function encodeExecFrame({ stream, bytes }: ExecFrame): Uint8Array {
  const frame = new Uint8Array(headBytes + bytes.length);
  new DataView(frame.buffer).setUint32(0, bytes.length + 1);
  frame[4] = stream;
  frame.set(bytes, headBytes);
  return frame;
}

/** Many bytes of one stream as frames that are small enough; at least one. */
export function encodeExecFrames({ stream, bytes }: ExecFrame): readonly Uint8Array[] {
  const count = Math.max(1, Math.ceil(bytes.length / execFrameBytesMax));
  return Array.from({ length: count }, (_, i) =>
    encodeExecFrame({
      stream,
      bytes: bytes.subarray(i * execFrameBytesMax, (i + 1) * execFrameBytesMax),
    }),
  );
}

/** Reads frames until the bytes end. Throws when a length is impossible or the bytes end within a frame. */
export async function* decodeExecFrames(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ExecFrame> {
  let rest: Uint8Array = new Uint8Array();
  for await (const chunk of chunks) {
    rest = joined(rest, chunk);
    for (let length = frameLength(rest); length !== undefined; length = frameLength(rest)) {
      yield { stream: rest[4] ?? 0, bytes: rest.subarray(headBytes, length) };
      rest = rest.subarray(length);
    }
  }
  if (rest.length > 0) throw new Error("The stream ended within a frame.");
}

/** The length of the first frame with its head, when all of it is there. */
function frameLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < headBytes) return undefined;
  const following = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  if (following < 1 || following > receivedBytesMax + 1) throw new Error(`A frame of ${following} bytes.`);
  return bytes.length < following + 4 ? undefined : following + 4;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
