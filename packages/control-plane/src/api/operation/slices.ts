/**
 * Long answers in slices: a list of ten thousand objects is never one piece of work.
 *
 * Between two slices everybody else is served, and nothing is made faster than its reader takes it.
 */
import { setImmediate as othersServed } from "node:timers/promises";
import type { Sink } from "../request.ts";
import { operationLimits } from "./limits.ts";

const encoder = new TextEncoder();

/** Writes the texts one after the other and ends the sink. */
export async function writeSlices(sink: Sink, texts: Iterable<string>): Promise<void> {
  for (const slice of slicesOf(texts)) {
    if (sink.gone.aborted) return;
    sink.write(encoder.encode(slice));
    if (sink.waitingBytes() > operationLimits.sliceBytesAhead) await sink.drained();
    await othersServed();
  }
  sink.end();
}

/** Texts put together until they are a slice. */
function* slicesOf(texts: Iterable<string>): Generator<string> {
  let slice: string[] = [];
  let length = 0;
  for (const text of texts) {
    slice.push(text);
    length += text.length;
    if (length < operationLimits.sliceBytes) continue;
    yield slice.join("");
    slice = [];
    length = 0;
  }
  yield slice.join("");
}

/** JSON of an object with one long list in it, in pieces: `member` is the list's name. */
export function* jsonWithList(object: object, member: string, items: Iterable<object>): Generator<string> {
  const head = JSON.stringify(object);
  const separator = head === "{}" ? "" : ",";
  yield `${head.slice(0, -1)}${separator}${JSON.stringify(member)}:[`;
  let isFirst = true;
  for (const item of items) {
    yield `${isFirst ? "" : ","}${JSON.stringify(item)}`;
    isFirst = false;
  }
  yield "]}\n";
}
