import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { withSharedSets } from "./shared-sets.ts";

const read = (fieldsV1: object): object => {
  const text = JSON.stringify({ metadata: { managedFields: [{ manager: "x", fieldsV1 }] } });
  const object = withSharedSets(JSON.parse(text) as KubeObject);
  const [entry] = (object.metadata.managedFields ?? []) as readonly { readonly fieldsV1: object }[];
  assert.deepEqual(entry?.fieldsV1, fieldsV1);
  return entry.fieldsV1;
};

const fields = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [`f:${name}`, {}]));

test("equal sets are one, also as parts of different ones", () => {
  const [a, b] = [read({ "f:spec": fields("a", "b") }), read({ "f:spec": fields("a", "b") })];
  assert.equal(a, b);
  const other = read({ "f:spec": fields("a", "b"), "f:status": fields("c") });
  assert.notEqual(other, a);
  assert.equal((other as Record<string, object>)["f:spec"], (a as Record<string, object>)["f:spec"]);
});

test("sets that only look alike stay apart", () => {
  assert.notEqual(read({ "f:a": fields("b") }), read({ "f:a": {}, "f:b": {} }));
  assert.notEqual(read({ "f:a\n1": {} }), read({ "f:a": {} }));
});

test("objects without managers are as they were", () => {
  const object = { metadata: { name: "a" } } as unknown as KubeObject;
  assert.equal(withSharedSets(object), object);
  assert.deepEqual(object, { metadata: { name: "a" } });
});
