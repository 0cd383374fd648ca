import assert from "node:assert/strict";
import { test } from "node:test";
import type { ServiceAccount } from "@kubus/shared/api/core.ts";
import { serviceAccountKind } from "../../index.ts";
import { testRefusals } from "../../testing/cases.ts";
import { causesOf, created } from "../../testing/refusals.ts";

const named = (metadata: object) => ({ metadata });
const owner = { apiVersion: "v1", kind: "Pod", name: "a", uid: "1" };

testRefusals(serviceAccountKind, [
  ["no name", named({ name: "" }), "FieldValueRequired metadata.name"],
  ["a name in capitals", named({ name: "App" }), "FieldValueInvalid metadata.name"],
  ["a name with a colon", named({ name: "a:b" }), "FieldValueInvalid metadata.name"],
  ["a name too long", named({ name: "a".repeat(254) }), "FieldValueInvalid metadata.name"],
  ["no namespace", named({ namespace: "" }), "FieldValueRequired metadata.namespace"],
  ["a namespace that cannot be", named({ namespace: "A.b" }), "FieldValueInvalid metadata.namespace"],
  ["a label that cannot be", named({ labels: { "a b": "" } }), "FieldValueInvalid metadata.labels"],
  [
    "an annotation that cannot be",
    named({ annotations: { "/": "" } }),
    "FieldValueInvalid metadata.annotations",
  ],
  [
    "too many annotations",
    named({ annotations: { a: "x".repeat(262_145) } }),
    "FieldValueTooLong metadata.annotations",
  ],
  [
    "an owner without a name",
    named({ ownerReferences: [{ ...owner, name: "" }] }),
    "FieldValueInvalid metadata.ownerReferences.name",
  ],
  [
    "an owner without a kind or version",
    named({ ownerReferences: [{ ...owner, apiVersion: "", kind: "" }] }),
    "FieldValueInvalid metadata.ownerReferences.apiVersion",
    "FieldValueInvalid metadata.ownerReferences.kind",
  ],
  ["a finalizer that cannot be", named({ finalizers: ["a b/c"] }), "FieldValueInvalid metadata.finalizers"],
]);

test("an account is accepted; of its secrets the names count", () => {
  const account = { secrets: [{ name: "a", namespace: "other" }, {}], imagePullSecrets: [{ name: "b" }] };
  assert.deepEqual(causesOf(serviceAccountKind, account), []);
  assert.deepEqual((created(serviceAccountKind, account) as ServiceAccount).secrets, [{ name: "a" }, {}]);
});
