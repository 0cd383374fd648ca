/** Pruning, defaults, lists and paths of custom objects. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonSchema } from "@kubus/shared/api/apiextensions.ts";
import { withDefaults } from "./defaults.ts";
import { parseJsonPath, valuesAt, withValueAt } from "./json-path.ts";
import { validateLists } from "./lists.ts";
import { prune } from "./prune.ts";
import { compareVersions } from "./versions.ts";

const text: JsonSchema = { type: "string" };
const object = (properties: Readonly<Record<string, JsonSchema>>, more: JsonSchema = {}): JsonSchema => ({
  type: "object",
  properties,
  ...more,
});
const open = { "x-kubernetes-preserve-unknown-fields": true };

const prunings: readonly {
  readonly what: string;
  readonly schema: JsonSchema;
  readonly given: object;
  readonly kept: object;
  readonly unknown: readonly string[];
}[] = [
  {
    what: "what no property names is dropped, but not what every object has",
    schema: object({ spec: object({ a: text }) }),
    given: { apiVersion: "v1", kind: "K", metadata: { name: "x" }, spec: { a: "1", b: "2" }, other: 1 },
    kept: { apiVersion: "v1", kind: "K", metadata: { name: "x" }, spec: { a: "1" } },
    unknown: ["spec.b", "other"],
  },
  {
    what: "items of lists and values of maps",
    schema: object({
      list: { type: "array", items: object({ a: text }) },
      map: { type: "object", additionalProperties: object({ a: text }) },
    }),
    given: { list: [{ a: "1" }, { a: "1", b: 2 }], map: { x: { b: 2 } } },
    kept: { list: [{ a: "1" }, { a: "1" }], map: { x: {} } },
    unknown: ["list[1].b", "map.x.b"],
  },
  {
    what: "what keeps unknown fields keeps them, and still prunes what it knows",
    schema: object({ spec: object({ known: object({ a: text }) }, open) }),
    given: { spec: { known: { b: 1 }, free: { c: 1 } } },
    kept: { spec: { known: {}, free: { c: 1 } } },
    unknown: ["spec.known.b"],
  },
  {
    what: "a map of anything",
    schema: object({ map: { type: "object", additionalProperties: true } }),
    given: { map: { a: { b: 1 } } },
    kept: { map: { a: { b: 1 } } },
    unknown: [],
  },
  {
    what: "an object inside has what every object has",
    schema: object({ inner: object({ spec: object({}) }, { "x-kubernetes-embedded-resource": true }) }),
    given: { inner: { apiVersion: "v1", kind: "K", metadata: { name: "x" }, spec: { a: 1 }, more: 1 } },
    kept: { inner: { apiVersion: "v1", kind: "K", metadata: { name: "x" }, spec: {} } },
    unknown: ["inner.spec.a", "inner.more"],
  },
];

for (const { what, schema, given, kept, unknown } of prunings)
  test(`pruning: ${what}`, () => assert.deepEqual(prune(given, schema), { value: kept, unknown }));

test("what is whole already is not copied", () => {
  const given = { spec: { a: "1", list: [{ b: "x" }] } };
  const schema = object({
    spec: object({ a: text, list: { type: "array", items: object({ b: text }) }, c: text }),
  });
  assert.equal(prune(given, schema).value, given);
  assert.equal(withDefaults(given, schema), given);
});

const fillings: readonly {
  readonly what: string;
  readonly schema: JsonSchema;
  readonly given: object;
  readonly filled: object;
}[] = [
  {
    what: "defaults inside of defaults",
    schema: object({
      a: object({ b: { type: "integer", default: 1 } }, { default: {} }),
      c: object({ d: { type: "string", default: "x" } }),
    }),
    given: {},
    filled: { a: { b: 1 } },
  },
  {
    what: "items and values",
    schema: object({
      list: { type: "array", items: object({ p: { type: "string", default: "TCP" } }) },
      map: { type: "object", additionalProperties: object({ p: { type: "string", default: "TCP" } }) },
    }),
    given: { list: [{}, { p: "UDP" }], map: { x: {} } },
    filled: { list: [{ p: "TCP" }, { p: "UDP" }], map: { x: { p: "TCP" } } },
  },
  {
    what: "null gives way to a default, and goes without one, unless it may be",
    schema: object({
      a: { type: "string", default: "x" },
      b: text,
      c: { type: "string", nullable: true, default: "x" },
    }),
    given: { a: null, b: null, c: null },
    filled: { a: "x", c: null },
  },
  {
    what: "false and empty are values",
    schema: object({ a: { type: "boolean", default: true }, b: { type: "string", default: "x" } }),
    given: { a: false, b: "" },
    filled: { a: false, b: "" },
  },
];

for (const { what, schema, given, filled } of fillings)
  test(`defaults: ${what}`, () => assert.deepEqual(withDefaults(given, schema), filled));

test("lists that are sets or maps hold nothing twice", () => {
  const schema = object({
    set: { type: "array", items: text, "x-kubernetes-list-type": "set" },
    ports: {
      type: "array",
      items: object({ port: { type: "integer" }, protocol: { type: "string", default: "TCP" } }),
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["port", "protocol"],
    },
  });
  const given = {
    set: ["a", "b", "a"],
    ports: [{ port: 1 }, { port: 1, protocol: "UDP" }, { port: 1, protocol: "TCP", extra: 1 }],
  };
  assert.deepEqual(
    validateLists(given, schema).map(({ field, message }) => `${field}: ${message}`),
    ['set[2]: Duplicate value: "a"', 'ports[2]: Duplicate value: {"port":1,"protocol":"TCP"}'],
  );
});

const document = {
  metadata: { annotations: { "a.b/c": "x" } },
  status: {
    conditions: [
      { type: "Ready", status: "True", n: 1 },
      { type: "Synced", status: "False", n: 2 },
    ],
  },
};

const paths: readonly (readonly [path: string, found: readonly unknown[]])[] = [
  [".status.conditions[0].type", ["Ready"]],
  [".status.conditions[-1].type", ["Synced"]],
  [".status.conditions[*].type", ["Ready", "Synced"]],
  ['.status.conditions[?(@.type=="Ready")].status', ["True"]],
  [".status.conditions[?(@.type=='Synced')].n", [2]],
  [".status.conditions[?(@.n>1)].type", ["Synced"]],
  [".status.conditions[?(@.n)].n", [1, 2]],
  [".status.conditions[0:1].n", [1]],
  [".metadata.annotations['a.b/c']", ["x"]],
  [String.raw`.metadata.annotations.a\.b/c`, ["x"]],
  ["{.status.conditions[1].n}", [2]],
  ["..status", ["True", "False"]],
  [".nope.nope", []],
];

for (const [source, found] of paths) {
  test(`json path ${source}`, () => {
    const path = parseJsonPath(source);
    assert.ok(path !== undefined);
    const values = valuesAt(path, source === "..status" ? document.status : document);
    assert.deepEqual(values, found);
  });
}

test("what is no path is none", () => {
  for (const source of [".a[", ".a[?(]", ".a[b]", "..[", ".a..", ".a['b"])
    assert.equal(parseJsonPath(source), undefined, source);
});

test("a value is set at a path that is not there yet", () => {
  assert.deepEqual(withValueAt(".spec.a.b", { spec: { c: 1 } }, 5), { spec: { c: 1, a: { b: 5 } } });
});

test("stable versions come before beta and alpha, newer before older", () => {
  const versions = ["foo10", "v1alpha1", "v10", "v1beta2", "v2", "foo1", "v1beta10", "v1", "v11alpha2"];
  assert.deepEqual(versions.sort(compareVersions), [
    ...["v10", "v2", "v1", "v1beta10", "v1beta2", "v11alpha2", "v1alpha1", "foo1", "foo10"],
  ]);
});
