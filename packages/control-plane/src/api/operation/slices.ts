/**
 * Long answers in slices: a list of ten thousand objects is never one piece of work.
 *
 * Between two slices everybody else is served, and nothing is made faster than its reader takes it.
 */
import { setImmediate as othersServed } from "node:timers/promises";
import type { Sink } from "../request.ts";
import { operationLimits } from "./limits.ts";

const encoder = new TextEncoder();

/** Writes the pieces one after the other and ends the sink. */
export async function writeSlices(sink: Sink, pieces: Iterable<Uint8Array>): Promise<void> {
  for (const slice of slicesOf(pieces)) {
    if (sink.gone.aborted) return;
    sink.write(slice);
    if (sink.waitingBytes() > operationLimits.sliceBytesAhead) await sink.drained();
    await othersServed();
  }
  sink.end();
}

/** Pieces put together until they are a slice. */
function* slicesOf(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  let slice: Uint8Array[] = [];
  let length = 0;
  for (const piece of pieces) {
    slice.push(piece);
    length += piece.length;
    if (length < operationLimits.sliceBytes) continue;
    yield Buffer.concat(slice, length);
    slice = [];
    length = 0;
  }
  yield Buffer.concat(slice, length);
}

const comma = encoder.encode(",");

/** JSON of an object with one long list in it, in pieces. `member` is the list's name, `items` are JSON themselves. */
export function* jsonWithList(
  object: object,
  member: string,
  items: Iterable<Uint8Array>,
): Generator<Uint8Array> {
  const head = JSON.stringify(object);
  const separator = head === "{}" ? "" : ",";
  yield encoder.encode(`${head.slice(0, -1)}${separator}${JSON.stringify(member)}:[`);
  let isFirst = true;
  for (const item of items) {
    if (!isFirst) yield comma;
    yield item;
    isFirst = false;
  }
  yield encoder.encode("]}\n");
}

/** A value as a piece of JSON. */
export const pieceOf = (value: object): Uint8Array => encoder.encode(JSON.stringify(value));
