/** Limits of virtual machines, in the words of both kinds of control groups. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { limitFiles } from "./cgroups.ts";

const limits = { memoryBytesMax: 1_000, cpuWeight: 10 };

test("limits are written in the words of the hierarchy that controls them", () => {
  assert.deepEqual(limitFiles({ version: 2, controllers: ["cpu", "memory", "pids"] }, limits), [
    { file: "memory.max", value: "1000" },
    { file: "cpu.weight", value: "10" },
  ]);
  assert.deepEqual(limitFiles({ version: 1, controllers: ["memory"] }, limits), [
    { file: "memory.limit_in_bytes", value: "1000" },
  ]);
  assert.deepEqual(limitFiles({ version: 1, controllers: ["cpu"] }, limits), [
    { file: "cpu.shares", value: "102" },
  ]);
});

test("the smallest weight is one that version 1 knows, and no limit is no file", () => {
  assert.deepEqual(limitFiles({ version: 1, controllers: ["cpu"] }, { cpuWeight: 0 }), [
    { file: "cpu.shares", value: "2" },
  ]);
  assert.deepEqual(limitFiles({ version: 2, controllers: ["cpu", "memory"] }, {}), []);
});
