import assert from "node:assert/strict";
import { test } from "node:test";
import { causesOf, created, messagesOf } from "../testing/refusals.ts";
import { leaseKind } from "./index.ts";

const of = (spec: object) => ({ spec });

test("lease: what is accepted", () => {
  const spec = { holderIdentity: "a", leaseDurationSeconds: 15, leaseTransitions: 0 };
  for (const good of [
    {},
    of({}),
    of(spec),
    of({ strategy: "OldestEmulationVersion", preferredHolder: "b" }),
    of({ strategy: "example.com/mine" }),
  ])
    assert.deepEqual(messagesOf(leaseKind, good), []);
  const [, holder] = leaseKind.columns.map((column) => column.of(created(leaseKind, of(spec)), 0));
  assert.equal(holder, "a");
});

test("lease: what is refused", () => {
  const cases: readonly (readonly [object, ...string[]])[] = [
    [of({ leaseDurationSeconds: 0 }), "FieldValueInvalid spec.leaseDurationSeconds"],
    [of({ leaseDurationSeconds: -1 }), "FieldValueInvalid spec.leaseDurationSeconds"],
    [of({ leaseTransitions: -1 }), "FieldValueInvalid spec.leaseTransitions"],
    [of({ strategy: "Loudest" }), "FieldValueNotSupported spec.strategy.strategy"],
    [of({ strategy: "" }), "FieldValueNotSupported spec.strategy.strategy"],
    [of({ strategy: "a/b/c" }), "FieldValueInvalid spec.strategy.strategy"],
    [of({ strategy: "/a" }), "FieldValueInvalid spec.strategy.strategy"],
    [of({ preferredHolder: "a" }), "FieldValueForbidden spec.preferredHolder"],
    [
      of({ preferredHolder: "a", leaseTransitions: -2, leaseDurationSeconds: 0 }),
      "FieldValueInvalid spec.leaseDurationSeconds",
      "FieldValueInvalid spec.leaseTransitions",
      "FieldValueForbidden spec.preferredHolder",
    ],
    [{ metadata: { name: "A" } }, "FieldValueInvalid metadata.name"],
    [{ metadata: { labels: { "a b": "" } } }, "FieldValueInvalid metadata.labels"],
  ];
  for (const [manifest, ...causes] of cases)
    assert.deepEqual(causesOf(leaseKind, manifest), causes, JSON.stringify(manifest));
});
