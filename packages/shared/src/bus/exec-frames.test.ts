import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeExecFrames, encodeExecFrame, encodeExecFrames, execFrameBytesMax } from "./exec-frames.ts";
import { execStream } from "./pod-streams.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

async function* cut(whole: Uint8Array, size: number) {
  for (let at = 0; at < whole.length; at += size) yield await Promise.resolve(whole.subarray(at, at + size));
}

async function collect(chunks: AsyncIterable<Uint8Array>) {
  const frames = [];
  for await (const { stream, bytes } of decodeExecFrames(chunks)) {
    frames.push(`${stream}:${new TextDecoder().decode(bytes)}`);
  }
  return frames;
}

const three = Buffer.concat([
  encodeExecFrame({ stream: execStream.stdout, bytes: bytes("hello") }),
  encodeExecFrame({ stream: execStream.close, bytes: new Uint8Array([execStream.stdin]) }),
  encodeExecFrame({ stream: execStream.stderr, bytes: new Uint8Array() }),
]);

for (const size of [1, 3, 7, 1_000]) {
  test(`reads frames from bytes that are cut every ${size}`, async () => {
    assert.deepEqual(await collect(cut(three, size)), ["1:hello", "255:\u0000", "2:"]);
  });
}

test("cuts many bytes into frames that lose none", async () => {
  const many = new Uint8Array(execFrameBytesMax * 2 + 5).fill(7);
  const frames = encodeExecFrames({ stream: execStream.stdin, bytes: many });
  assert.equal(frames.length, 3);
  let total = 0;
  for await (const frame of decodeExecFrames(cut(Buffer.concat(frames), 10_000))) total += frame.bytes.length;
  assert.equal(total, many.length);
});

test("refuses a length that cannot be", async () => {
  await assert.rejects(collect(cut(new Uint8Array([255, 0, 0, 0, 1]), 5)), /A frame of/);
});

test("refuses bytes that end within a frame", async () => {
  await assert.rejects(collect(cut(three.subarray(0, 7), 7)), /ended within a frame/);
});
