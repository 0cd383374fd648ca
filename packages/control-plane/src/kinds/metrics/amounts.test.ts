import assert from "node:assert/strict";
import { test } from "node:test";
import { binaryQuantity, coresQuantity, goDuration } from "./amounts.ts";

test("writes cores in the largest unit that loses nothing", () => {
  assert.deepEqual([0, 1, 1_234_567, 250_000_000, 2_000_000_000].map(coresQuantity), [
    "0",
    "1n",
    "1234567n",
    "250m",
    "2",
  ]);
});

test("writes bytes in powers of 1024 where they are whole", () => {
  assert.deepEqual([0, 1_000, 1_025, 4_096, 12 * 1024 ** 2].map(binaryQuantity), [
    "0",
    "1000",
    "1025",
    "4Ki",
    "12Mi",
  ]);
  assert.equal(binaryQuantity(3n * 1024n ** 3n), "3Gi");
});

test("writes spans as Go does", () => {
  assert.deepEqual([0, 950, 10_000, 15_003.4, 60_000, 90_500, 3_600_000].map(goDuration), [
    "0s",
    "950ms",
    "10s",
    "15.003s",
    "1m0s",
    "1m30.5s",
    "1h0m0s",
  ]);
});
