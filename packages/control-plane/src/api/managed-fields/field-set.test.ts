import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@kubus/shared/chance/random.ts";
import {
  difference,
  has,
  intersection,
  isEmpty,
  noFields,
  pathsOf,
  recursiveDifference,
  setOf,
  union,
  type FieldPath,
  type FieldSet,
} from "./field-set.ts";
import { parseFieldSet, pathText } from "./path-element.ts";

const runs = 2_000;

/** A set as its paths: what the algebra must agree with. */
const listed = (set: FieldSet): readonly string[] => [...pathsOf(set)].map((path) => path.join("/")).sort();

function makeSets(seed: number) {
  const random = seededRandom(seed);
  const element = () => `f:${"abc".charAt(Math.floor(random.next() * 3))}`;
  const path = (): FieldPath => Array.from({ length: 1 + Math.floor(random.next() * 3) }, element);
  return () =>
    Array.from({ length: Math.floor(random.next() * 6) }, path)
      .map(setOf)
      .reduce(union, noFields);
}

test("sets of fields are sets of paths", () => {
  const make = makeSets(1);
  for (let i = 0; i < runs; i += 1) {
    const [a, b] = [make(), make()];
    const [inA, inB] = [new Set(listed(a)), new Set(listed(b))];
    assert.deepEqual(listed(union(a, b)), [...new Set([...inA, ...inB])].sort());
    assert.deepEqual(listed(intersection(a, b)), [...inA].filter((path) => inB.has(path)).sort());
    assert.deepEqual(listed(difference(a, b)), [...inA].filter((path) => !inB.has(path)).sort());
    const isBelowB = (path: string) => [...inB].some((other) => `${path}/`.startsWith(`${other}/`));
    assert.deepEqual(listed(recursiveDifference(a, b)), [...inA].filter((path) => !isBelowB(path)).sort());
    for (const path of inB) assert.equal(has(a, path.split("/")), inA.has(path));
  }
});

test("there is one tree for each set, and what stands on the wire comes back", () => {
  const make = makeSets(2);
  for (let i = 0; i < runs; i += 1) {
    const [a, b] = [make(), make()];
    assert.deepEqual(union(a, b), union(b, a));
    assert.deepEqual(intersection(a, b), intersection(b, a));
    assert.deepEqual(union(difference(a, b), intersection(a, b)), a);
    assert.deepEqual(parseFieldSet(JSON.parse(JSON.stringify(a))), a);
    assert.equal(isEmpty(difference(a, a)), true);
  }
});

test("what does not change is not copied", () => {
  const set = union(setOf(["f:a", "f:b"]), setOf(["f:c"]));
  assert.equal(union(set, setOf(["f:a", "f:b"])), set);
  assert.equal(difference(set, setOf(["f:x"])), set);
});

test("sets of others are read in one form, and refused when they are none", () => {
  const given = { "f:spec": { 'k:{"b":1,"a":"x"}': { ".": {} }, "v:true": {}, "i:3": {} } };
  const expected = { "f:spec": { 'k:{"a":"x","b":1}': {}, "v:true": {}, "i:3": {} } };
  assert.deepEqual(parseFieldSet(given), expected);
  for (const wrong of [
    [],
    null,
    "f:a",
    { a: {} },
    { "f:a": 1 },
    { "k:[]": {} },
    { "v:x": {} },
    { "i:x": {} },
  ])
    assert.equal(parseFieldSet(wrong), undefined, JSON.stringify(wrong));
  let deep = {};
  for (let i = 0; i < 100_000; i += 1) deep = { "f:a": deep };
  assert.equal(parseFieldSet(deep), undefined);
});

test("paths read as people write them", () => {
  const path = ["f:spec", "f:ports", 'k:{"port":80,"protocol":"TCP"}', "f:targetPort"];
  assert.equal(pathText(path), '.spec.ports[port=80,protocol="TCP"].targetPort');
  assert.equal(pathText(["f:metadata", "f:finalizers", 'v:"x"']), '.metadata.finalizers[="x"]');
});
