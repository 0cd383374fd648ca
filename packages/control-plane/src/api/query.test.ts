import assert from "node:assert/strict";
import { test } from "node:test";
import { isTrue } from "./query.ts";

test("a switch is on unless it is not there, 0 or false: Python says True, others say nothing but its name", () => {
  assert.deepEqual(["true", "True", "1", ""].map(isTrue), [true, true, true, true]);
  assert.deepEqual([null, "false", "False", "0"].map(isTrue), [false, false, false, false]);
});
