import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalQuantity, milliValue, parseQuantity, quantityValue } from "./quantity.ts";

test("reads every way to write an amount", () => {
  const table: readonly (readonly [string | number, bigint | undefined])[] = [
    ["1", 1_000_000_000n],
    ["100m", 100_000_000n],
    ["1.5", 1_500_000_000n],
    [".5", 500_000_000n],
    [0.25, 250_000_000n],
    ["1Ki", 1_024_000_000_000n],
    ["1k", 1_000_000_000_000n],
    ["2e3", 2_000_000_000_000n],
    ["2E3", 2_000_000_000_000n],
    ["1E", 10n ** 27n],
    ["-1", -1_000_000_000n],
    ["1n", 1n],
    ["0.1n", 1n],
    ["0", 0n],
    ["", undefined],
    ["1 Gi", undefined],
    ["1gi", undefined],
    ["a", undefined],
    ["1e99", undefined],
    ["9".repeat(100), undefined],
  ];
  for (const [text, billionths] of table) assert.equal(parseQuantity(text), billionths, String(text));
});

test("rounds up, as Kubernetes does", () => {
  assert.equal(quantityValue("1500m"), 2);
  assert.equal(quantityValue("64Mi"), 67_108_864);
  assert.equal(milliValue("0.5"), 500);
  assert.equal(milliValue("1u"), 1);
  assert.equal(Number.isNaN(milliValue("x")), true);
});

test("writes an amount in one way", () => {
  const table: readonly (readonly [string | number, string | undefined])[] = [
    ["1000m", "1"],
    ["1500m", "1500m"],
    [0.1, "100m"],
    ["1024Mi", "1Gi"],
    ["1.5Gi", "1536Mi"],
    ["512", "512"],
    ["1Ki", "1Ki"],
    ["0.5Ki", "512"],
    ["1000000", "1M"],
    ["2e3", "2e3"],
    ["0.0", "0"],
    ["-2000", "-2k"],
    ["x", undefined],
  ];
  for (const [text, canonical] of table) assert.equal(canonicalQuantity(text), canonical, String(text));
});

test("what is written is read as the same amount", () => {
  for (const text of ["1", "123456789", "1.25", "3Gi", "7n", "12e6", "999Pi"]) {
    assert.equal(parseQuantity(canonicalQuantity(text) ?? ""), parseQuantity(text), text);
  }
});
