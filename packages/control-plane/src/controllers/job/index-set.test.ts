/** Sets of indexes against plain sets of numbers, for many random ones. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@kubus/shared/chance/random.ts";
import {
  commonCount,
  hasIndex,
  indexSetOf,
  missingIndexes,
  readIndexes,
  sizeOfIndexes,
  textOfIndexes,
  unionOf,
} from "./index-set.ts";

const completions = 40;
const random = seededRandom(7);
const someIndexes = (): ReadonlySet<number> => {
  const density = random.next();
  return new Set(Array.from({ length: completions }, (_, i) => i).filter(() => random.next() < density));
};
const numbersIn = (text: string): readonly number[] =>
  text.split(",").flatMap((part) => {
    const [first = 0, last = first] = part.split("-").map(Number);
    return part === "" ? [] : Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
const sorted = (set: Iterable<number>) => [...set].sort((a, b) => a - b);

test("sets of indexes are what sets of numbers are", () => {
  for (let round = 0; round < 500; round += 1) {
    const [a, b] = [someIndexes(), someIndexes()];
    const [setA, setB] = [indexSetOf(a), indexSetOf(b)];
    const text = textOfIndexes(setA);
    assert.deepEqual(numbersIn(text), sorted(a));
    assert.deepEqual(readIndexes(text, completions), setA);
    assert.equal(sizeOfIndexes(setA), a.size);
    assert.deepEqual(numbersIn(textOfIndexes(unionOf(setA, setB))), sorted(new Set([...a, ...b])));
    assert.equal(commonCount(setA, setB), [...a].filter((index) => b.has(index)).length);
    for (let index = 0; index < completions; index += 1) assert.equal(hasIndex(setA, index), a.has(index));
    const absent = Array.from({ length: completions }, (_, i) => i).filter((index) => !a.has(index));
    const count = Math.floor(random.next() * completions);
    assert.deepEqual(missingIndexes(setA, count, completions), absent.slice(0, count));
    const fewer = Math.floor(random.next() * completions) + 1;
    assert.deepEqual(
      numbersIn(textOfIndexes(readIndexes(text, fewer))),
      sorted(a).filter((index) => index < fewer),
    );
  }
});

test("three numbers in a row are a range, two are not", () => {
  const written = (...indexes: readonly number[]) => textOfIndexes(indexSetOf(indexes));
  assert.equal(written(7, 5, 4, 3, 1), "1,3-5,7");
  assert.equal(written(0, 1), "0,1");
  assert.equal(written(), "");
});

test("what cannot be read is no index", () => {
  assert.deepEqual(readIndexes("3,1", 10), []);
  assert.deepEqual(readIndexes(undefined, 10), []);
});
