/** Laws of quantities, on random ones. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../chance/random.ts";
import { canonicalQuantity, parseQuantity } from "./quantity.ts";

const random = seededRandom(11);
const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)] as T;
const suffixes = ["", "m", "u", "n", "k", "M", "G", "T", "P", "Ki", "Mi", "Gi", "Ti", "e3", "E2"];
const digits = (max: number) => String(Math.floor(random.next() * 10 ** pick([1, 2, max])));
const aQuantity = () =>
  `${pick(["", "", "-", "+"])}${digits(6)}${pick(["", "", `.${digits(3)}`])}${pick(suffixes)}`;

test("the canonical form means the same, and of decimal amounts it is its own canonical form", () => {
  for (let i = 0; i < 20_000; i += 1) {
    const text = aQuantity();
    const canonical = canonicalQuantity(text);
    assert.ok(canonical !== undefined, text);
    assert.equal(parseQuantity(canonical), parseQuantity(text), `${text} became ${canonical}`);
    // Binary amounts without a binary form, such as 31.25Ki = 32000, change their family when they are read again.
    if (!text.endsWith("i"))
      assert.equal(canonicalQuantity(canonical), canonical, `${text} became ${canonical}`);
  }
});

test("whatever is no quantity is told so, and nothing else happens", () => {
  const pieces = ["1", ".", "-", "+", "m", "Ki", "e", "E", "9", " ", "é", "", "i", "0x"];
  for (let i = 0; i < 20_000; i += 1) {
    const text = Array.from({ length: 5 }, () => pick(pieces)).join("");
    const isQuantity = parseQuantity(text) !== undefined;
    assert.equal(canonicalQuantity(text) !== undefined, isQuantity, JSON.stringify(text));
  }
});
