import assert from "node:assert/strict";
import { test } from "node:test";
import { aReader } from "../testing/world.ts";
import { operationLimits } from "./limits.ts";
import { jsonWithList, pieceOf, writeSlices } from "./slices.ts";

const read = (chunks: readonly Uint8Array[]): unknown => JSON.parse(Buffer.concat(chunks).toString());

test("the pieces are the object's JSON", async () => {
  for (const items of [[], [{ a: 1 }], [{ a: 1 }, { b: "ö" }]]) {
    const { sink, chunks, ends } = aReader();
    await writeSlices(sink, jsonWithList({ kind: "List" }, "items", items.map(pieceOf)));
    assert.deepEqual(read(chunks), { kind: "List", items });
    assert.deepEqual(ends, ["ended"]);
  }
  const { sink, chunks } = aReader();
  await writeSlices(sink, jsonWithList({}, "rows", []));
  assert.deepEqual(read(chunks), { rows: [] });
});

test("nothing is made before it is needed", async () => {
  const { sink, chunks, leave } = aReader();
  let made = 0;
  function* items() {
    for (; made < 10_000; made += 1) yield pieceOf({ text: "x".repeat(1_000) });
  }
  const writing = writeSlices(sink, jsonWithList({}, "items", items()));
  assert.ok(made <= operationLimits.sliceBytes / 1_000 + 1, `${made} made at once`);
  await new Promise((resolve) => setImmediate(resolve));
  leave();
  await writing;
  assert.ok(made < 1_000, `${made} made after the reader left`);
  assert.ok(chunks.every(({ length }) => length < 2 * operationLimits.sliceBytes));
});
