import assert from "node:assert/strict";
import { test } from "node:test";
import { age, humanDuration } from "./age.ts";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

test("is precise while it matters and short afterwards", () => {
  const table: readonly (readonly [number, string])[] = [
    [-2 * second, "<invalid>"],
    [-1 * second, "0s"],
    [0, "0s"],
    [119 * second, "119s"],
    [2 * minute, "2m"],
    [9 * minute + 59 * second, "9m59s"],
    [10 * minute + 5 * second, "10m"],
    [179 * minute, "179m"],
    [3 * hour, "3h"],
    [7 * hour + 30 * minute, "7h30m"],
    [8 * hour + 30 * minute, "8h"],
    [47 * hour, "47h"],
    [2 * day, "2d"],
    [7 * day + 23 * hour, "7d23h"],
    [8 * day + 23 * hour, "8d"],
    [729 * day, "729d"],
    [730 * day, "2y"],
    [2 * 365 * day + 5 * day, "2y5d"],
    [9 * 365 * day, "9y"],
  ];
  for (const [ms, text] of table) assert.equal(humanDuration(ms), text);
});

test("knows no age of what has no time", () => {
  assert.deepEqual(
    [undefined, null, "", "soon"].map((time) => age(time, 0)),
    Array(4).fill("<unknown>"),
  );
  assert.equal(age("2026-01-01T00:00:00Z", Date.UTC(2026, 0, 1, 0, 0, 5)), "5s");
});
