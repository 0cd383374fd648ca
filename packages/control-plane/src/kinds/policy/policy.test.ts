/** What Kubernetes accepts, refuses and prints about disruption budgets. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { testRefusals, testRefusedStatuses } from "../testing/cases.ts";
import { causesOf, causesOfStatusUpdate, causesOfUpdate, created, messagesOf } from "../testing/refusals.ts";
import { podDisruptionBudgetKind as kind } from "./index.ts";

const selector = { matchLabels: { app: "web" } };
const a = (spec: object = {}) => ({ spec: { selector, ...spec } });

testRefusals(kind, [
  ["both numbers", a({ minAvailable: 1, maxUnavailable: 1 }), "FieldValueInvalid spec"],
  ["a negative number", a({ minAvailable: -1 }), "FieldValueInvalid spec.minAvailable"],
  ["more than all that live", a({ minAvailable: "101%" }), "FieldValueInvalid spec.minAvailable"],
  ["a number without percent", a({ minAvailable: "1" }), "FieldValueInvalid spec.minAvailable"],
  ["half a percent", a({ maxUnavailable: "0.5%" }), "FieldValueInvalid spec.maxUnavailable"],
  ["more than all that go", a({ maxUnavailable: "200%" }), "FieldValueInvalid spec.maxUnavailable"],
  ["a negative number that go", a({ maxUnavailable: -2 }), "FieldValueInvalid spec.maxUnavailable"],
  [
    "an unknown policy",
    a({ unhealthyPodEvictionPolicy: "Never" }),
    "FieldValueNotSupported spec.unhealthyPodEvictionPolicy",
  ],
  [
    "a selector without values",
    a({ selector: { matchExpressions: [{ key: "app", operator: "In" }] } }),
    "FieldValueRequired spec.selector.matchExpressions[0].values",
  ],
  ["a name with capitals", { ...a(), metadata: { name: "Web" } }, "FieldValueInvalid metadata.name"],
]);

const counts = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };
const status = (parts: object) => ({ ...a(), status: { ...counts, ...parts } });
const condition = {
  type: "DisruptionAllowed",
  status: "True",
  reason: "SufficientPods",
  lastTransitionTime: "2026-01-01T00:00:00Z",
};
const conditions = (...list: readonly object[]) => status({ conditions: list });
const field = "status.conditions[0]";

testRefusedStatuses(kind, [
  ["negative counts", a(), status({ expectedPods: -1 }), "FieldValueInvalid status.expectedPods"],
  [
    "a condition without reason",
    a(),
    conditions({ ...condition, reason: undefined }),
    `FieldValueRequired ${field}.reason`,
  ],
  [
    "a reason with blanks",
    a(),
    conditions({ ...condition, reason: "too few" }),
    `FieldValueInvalid ${field}.reason`,
  ],
  [
    "a condition without time",
    a(),
    conditions({ ...condition, lastTransitionTime: undefined }),
    `FieldValueRequired ${field}.lastTransitionTime`,
  ],
  [
    "an unknown status",
    a(),
    conditions({ ...condition, status: "Maybe" }),
    `FieldValueNotSupported ${field}.status`,
  ],
  [
    "the same condition twice",
    a(),
    conditions(condition, condition),
    "FieldValueDuplicate status.conditions[1].type",
  ],
]);

test("a budget may say a number, a share or nothing, and change its mind", () => {
  for (const spec of [
    {},
    { minAvailable: 0 },
    { minAvailable: "50%" },
    { maxUnavailable: "100%" },
    { selector: {} },
  ])
    assert.deepEqual(causesOf(kind, a(spec)), []);
  assert.deepEqual(causesOf(kind, {}), []);
  assert.deepEqual(causesOfUpdate(kind, a({ maxUnavailable: 1 }), a({ minAvailable: 1 })), []);
  assert.deepEqual(causesOfStatusUpdate(kind, conditions(condition), a()), []);
  assert.deepEqual(messagesOf(kind, { spec: { minAvailable: 1, maxUnavailable: 1 } }), [
    'spec: Invalid value: {"minAvailable":1,"maxUnavailable":1}: minAvailable and maxUnavailable cannot be both set',
  ]);
});

test("a budget is printed with its numbers", () => {
  const cells = (spec: object) => kind.columns.map(({ of }) => of(created(kind, a(spec)), 0)).slice(1, 4);
  assert.deepEqual(cells({ minAvailable: "50%" }), ["50%", "N/A", 0]);
  assert.deepEqual(cells({ maxUnavailable: 0 }), ["N/A", "0", 0]);
});
