import assert from "node:assert/strict";
import { test } from "node:test";
import { namespaceKind } from "../../index.ts";
import { testRefusals, testRefusedStatuses } from "../../testing/cases.ts";
import { causesOf, causesOfStatusUpdate } from "../../testing/refusals.ts";

const named = (metadata: object) => ({ metadata });
const finalized = (...finalizers: readonly string[]) => ({ spec: { finalizers } });
const owner = { apiVersion: "v1", kind: "Pod", name: "a", uid: "1" };

testRefusals(namespaceKind, [
  ["no name", named({ name: "" }), "FieldValueRequired metadata.name"],
  ["a name with a dot, which its label has, too", named({ name: "a.b" }), "FieldValueInvalid metadata.name"],
  ["a name in capitals", named({ name: "Team" }), "FieldValueInvalid metadata.name"],
  [
    "a name too long",
    named({ name: "a".repeat(64) }),
    "FieldValueInvalid metadata.name",
    "FieldValueInvalid metadata.labels",
  ],
  ["a prefix that cannot be", named({ generateName: "A-" }), "FieldValueInvalid metadata.generateName"],
  ["a namespace", named({ namespace: "default" }), "FieldValueForbidden metadata.namespace"],
  ["a label that cannot be", named({ labels: { "a b": "c" } }), "FieldValueInvalid metadata.labels"],
  ["a label value that cannot be", named({ labels: { a: "b c" } }), "FieldValueInvalid metadata.labels"],
  [
    "an annotation that cannot be",
    named({ annotations: { "a b": "" } }),
    "FieldValueInvalid metadata.annotations",
  ],
  ["a finalizer of nobody", named({ finalizers: ["mine"] }), "FieldValueInvalid metadata.finalizers[0]"],
  [
    "orphans that are deleted",
    named({ finalizers: ["orphan", "foregroundDeletion"] }),
    "FieldValueInvalid metadata.finalizers",
  ],
  [
    "an owner without an identity",
    named({ ownerReferences: [{ ...owner, uid: "" }] }),
    "FieldValueInvalid metadata.ownerReferences.uid",
  ],
  [
    "two controllers",
    named({
      ownerReferences: [
        { ...owner, controller: true },
        { ...owner, uid: "2", controller: true },
      ],
    }),
    "FieldValueInvalid metadata.ownerReferences",
  ],
  [
    "an event for an owner",
    named({ ownerReferences: [{ ...owner, kind: "Event" }] }),
    "FieldValueInvalid metadata.ownerReferences",
  ],
  ["a finalizer of nobody in the spec", finalized("mine"), "FieldValueInvalid spec.finalizers"],
  ["a finalizer that cannot be", finalized("a b/c"), "FieldValueInvalid spec.finalizers"],
]);

const phase = (word: string, metadata: object = {}) => ({ metadata, status: { phase: word } });
const deleted = { deletionTimestamp: "2026-01-01T00:00:00Z" };

testRefusedStatuses(namespaceKind, [
  ["going, unasked", phase("Active"), phase("Terminating"), "FieldValueInvalid status.Phase"],
  [
    "staying, though it is to go",
    phase("Terminating", deleted),
    phase("Active", deleted),
    "FieldValueInvalid status.Phase",
  ],
]);

test("namespaces are accepted, and go when somebody asked", () => {
  assert.deepEqual(causesOf(namespaceKind, finalized("kubernetes", "example.com/mine")), []);
  const going = phase("Terminating", deleted);
  assert.deepEqual(causesOfStatusUpdate(namespaceKind, going, phase("Active", deleted)), []);
});
