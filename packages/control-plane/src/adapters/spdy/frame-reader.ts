/**
 * Cuts what arrives into frames, however it was cut on the way.
 *
 * Only control frames are put together; data is handed on as it comes, so that a frame's size costs no memory.
 */
import {
  decodeControl,
  decodeHead,
  flagLast,
  frameHeadBytes,
  type ControlFrame,
  type FrameHead,
} from "./frame.ts";
import { spdyLimits } from "./limits.ts";
import { SpdyViolation } from "./spdy-error.ts";

export interface FrameReceiver {
  control(frame: ControlFrame): void;
  /** A piece of a stream's data; `isLast` with the piece that ends the stream. */
  data(id: number, piece: Buffer, isLast: boolean): void;
}

/** The returned function throws a SpdyViolation for what is no SPDY; then nothing more can be read. */
export function frameReader(receiver: FrameReceiver): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  /** A data frame under way, and how much of it is still to come. */
  let open: { readonly head: FrameHead; left: number } | undefined;

  /** How many bytes it took; 0: there are too few. */
  const step = (bytes: Buffer): number => {
    if (open !== undefined) {
      const piece = bytes.subarray(0, open.left);
      const { head } = open;
      const left = open.left - piece.length;
      open = left === 0 ? undefined : { head, left };
      receiver.data(head.id, piece, left === 0 && (head.flags & flagLast) !== 0);
      return piece.length;
    }
    if (bytes.length < frameHeadBytes) return 0;
    const head = decodeHead(bytes);
    const whole = frameHeadBytes + head.length;
    if (!head.isControl) {
      if (head.length > 0) open = { head, left: head.length };
      else receiver.data(head.id, bytes.subarray(0, 0), (head.flags & flagLast) !== 0);
      return frameHeadBytes;
    }
    if (head.length > spdyLimits.controlFrameBytesMax)
      throw new SpdyViolation("a control frame that is too large");
    if (bytes.length < whole) return 0;
    receiver.control(decodeControl(head, bytes.subarray(frameHeadBytes, whole)));
    return whole;
  };

  return (chunk) => {
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (bytes.length > 0) {
      const taken = step(bytes);
      if (taken === 0) break;
      bytes = bytes.subarray(taken);
    }
    // A copy, so that a few bytes do not hold a large chunk.
    rest = Buffer.from(bytes);
  };
}
