import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import { typeNamed } from "../schema/schema.ts";
import { apiVersionOf, kindOf, kinds, servedKinds } from "./index.ts";
import { makeKindTable } from "./kind-table.ts";

const identities = kinds.flatMap(({ group, plural, singular, shortNames }) =>
  [...new Set([plural, singular, ...shortNames])].map((name) => `${group}/${name}`),
);

test("every name belongs to one kind", () => {
  assert.deepEqual(
    identities.filter((name, i) => identities.indexOf(name) !== i),
    [],
  );
});

/** kubectl prints no time for these. */
const timeless = ["CSIStorageCapacity", "PodTemplate"];

for (const kind of kinds) {
  test(`${kind.kind} has an owner, a schema and a place`, () => {
    assert.notEqual(kind.owner, "");
    assert.ok(typeNamed(kind.schema)?.properties?.["metadata"], kind.schema);
    assert.ok(typeNamed(`${kind.schema}List`), `${kind.schema}List`);
    assert.equal(kindOf(apiVersionOf(kind), kind.kind), kind);
    assert.equal(makeKindTable(servedKinds).byResource(kind.group, kind.version, kind.plural), kind);
  });

  test(`${kind.kind} is printed with a name, and a time where kubectl prints one`, () => {
    const names = kind.columns.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    assert.ok(names.includes("Name"));
    const hasTime = ["Age", "Last Seen", "Created At"].some((time) => names.includes(time));
    assert.equal(hasTime, !timeless.includes(kind.kind));
    assert.equal(kind.columns.filter(({ format }) => format === "name").length, 1);
  });

  test(`${kind.kind} has a status exactly when its schema has one`, () => {
    const hasStatus = typeNamed(kind.schema)?.properties?.["status"] !== undefined;
    assert.equal(kind.subresources.includes("status"), hasStatus);
    assert.equal(kind.subresources.includes("scale"), kind.scale !== undefined);
  });

  test(`${kind.kind} answers for an object that says nothing`, () => {
    const empty = kind.setDefaults({ apiVersion: apiVersionOf(kind), kind: kind.kind } as KubeObject);
    const causes = kind.validate(empty);
    assert.ok(causes.some(({ field }) => field === "metadata.name"));
    const named = kind.prepareForCreate(
      { ...empty, metadata: { ...empty.metadata, name: "a" } },
      { now: 0, user: { name: "test", groups: [] } },
    );
    for (const { of } of kind.columns) assert.equal(typeof of(named, 0) === "object", false);
    for (const read of Object.values(kind.selectableFields)) assert.equal(typeof read(named), "string");
    kind.prepareForUpdate({ apiVersion: "", kind: "", metadata: named.metadata }, named);
    kind.prepareForStatusUpdate({ apiVersion: "", kind: "", metadata: named.metadata }, named);
  });

  test(`${kind.kind}'s defaults are complete after one pass`, () => {
    const once = kind.setDefaults({ metadata: { name: "a" } } as KubeObject);
    assert.deepEqual(kind.setDefaults(once), once);
  });
}
