/** What Kubernetes accepts, refuses and prints about priority classes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { testRefusals, testRefusedChanges } from "../testing/cases.ts";
import { causesOf, causesOfUpdate, created, messagesOf } from "../testing/refusals.ts";
import { priorityClassKind as kind, systemPriorityClasses } from "./index.ts";

const system = (name: string, parts: object = {}) => ({ metadata: { name }, value: 2_000_000_000, ...parts });

testRefusals(kind, [
  ["a rank of the system", { value: 1_000_000_001 }, "FieldValueForbidden value"],
  ["a name of the system", system("system-mine"), "FieldValueForbidden metadata.name"],
  [
    "a name that begins as the system's",
    system("system-", { value: 1 }),
    "FieldValueInvalid metadata.name",
    "FieldValueForbidden metadata.name",
  ],
  ["another rank for the system", system("system-node-critical"), "FieldValueForbidden metadata.name"],
  [
    "the system for everybody",
    system("system-cluster-critical", { globalDefault: true }),
    "FieldValueForbidden metadata.name",
  ],
  ["an unknown policy", { preemptionPolicy: "Sometimes" }, "FieldValueNotSupported preemptionPolicy"],
  ["no name", { metadata: { name: "" } }, "FieldValueRequired metadata.name"],
  ["a name with capitals", { metadata: { name: "High" } }, "FieldValueInvalid metadata.name"],
  ["a name with a slash", { metadata: { name: "a/b" } }, "FieldValueInvalid metadata.name"],
  ["a wrong label", { metadata: { labels: { "a b": "c" } } }, "FieldValueInvalid metadata.labels"],
]);

testRefusedChanges(kind, [
  ["another rank", { value: 1 }, { value: 2 }, "FieldValueForbidden value"],
  ["no rank", { value: 1 }, {}, "FieldValueForbidden value"],
  ["another policy", {}, { preemptionPolicy: "Never" }, "FieldValueInvalid preemptionPolicy"],
]);

test("users and the system have their ranks", () => {
  assert.deepEqual(causesOf(kind, { value: 1_000_000_000 }), []);
  assert.deepEqual(causesOf(kind, { value: -5, preemptionPolicy: "Never", globalDefault: true }), []);
  for (const [name, { value }] of Object.entries(systemPriorityClasses))
    assert.deepEqual(causesOf(kind, { metadata: { name }, value }), []);
  assert.deepEqual(causesOfUpdate(kind, { value: 1, description: "b" }, { value: 1, description: "a" }), []);
  assert.deepEqual(messagesOf(kind, system("system-mine")), [
    "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: system-mine is not a known system priority class",
  ]);
  const { metadata, preemptionPolicy } = created(kind, { value: 5 }) as ReturnType<typeof created> & {
    readonly preemptionPolicy: string;
  };
  assert.deepEqual([metadata.generation, preemptionPolicy], [1, "PreemptLowerPriority"]);
});
