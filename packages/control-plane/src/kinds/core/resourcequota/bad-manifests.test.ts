import assert from "node:assert/strict";
import { test } from "node:test";
import type { ResourceQuota } from "@kubus/shared/api/core.ts";
import { resourceQuotaKind } from "../../index.ts";
import { testRefusals, testRefusedChanges, testRefusedStatuses } from "../../testing/cases.ts";
import { causesOf, created } from "../../testing/refusals.ts";

const quota = (spec: object) => ({ spec });
const hard = (amounts: object, more: object = {}) => quota({ hard: amounts, ...more });
const selecting = (requirement: object) =>
  hard({ pods: "1" }, { scopeSelector: { matchExpressions: [requirement] } });
const matching = "spec.scopeSelector.matchExpressions";

testRefusals(resourceQuotaKind, [
  [
    "an unknown resource",
    hard({ disks: "1" }),
    "FieldValueInvalid spec.hard[disks]",
    "FieldValueInvalid spec.hard[disks]",
  ],
  ["storage without requests", hard({ storage: "1Gi" }), "FieldValueInvalid spec.hard[storage]"],
  ["half a pod", hard({ pods: "500m" }), "FieldValueInvalid spec.hard[pods]"],
  ["less than nothing", hard({ cpu: "-1" }), "FieldValueInvalid spec.hard[cpu]"],
  ["an unknown scope", hard({ pods: "1" }, { scopes: ["Some"] }), "FieldValueInvalid spec.scopes"],
  [
    "services that end",
    hard({ services: "1" }, { scopes: ["Terminating"] }),
    "FieldValueInvalid spec.scopes",
  ],
  ["cpu of best effort", hard({ cpu: "1" }, { scopes: ["BestEffort"] }), "FieldValueInvalid spec.scopes"],
  [
    "opposite scopes",
    hard({ pods: "1" }, { scopes: ["BestEffort", "NotBestEffort"] }),
    "FieldValueInvalid spec.scopes",
  ],
  [
    "an unknown scope in a selector",
    selecting({ scopeName: "Some", operator: "Exists" }),
    `FieldValueInvalid ${matching}.scopeName`,
  ],
  [
    "an unknown operator",
    selecting({ scopeName: "PriorityClass", operator: "Like" }),
    `FieldValueInvalid ${matching}.operator`,
  ],
  [
    "one of no classes",
    selecting({ scopeName: "PriorityClass", operator: "In" }),
    `FieldValueRequired ${matching}.values`,
  ],
  [
    "values of what only exists",
    selecting({ scopeName: "PriorityClass", operator: "Exists", values: ["a"] }),
    `FieldValueInvalid ${matching}.values`,
  ],
  [
    "one of many best efforts",
    selecting({ scopeName: "BestEffort", operator: "In", values: ["a"] }),
    `FieldValueInvalid ${matching}.operator`,
  ],
]);

testRefusedChanges(resourceQuotaKind, [
  [
    "other scopes",
    hard({ pods: "1" }, { scopes: ["BestEffort"] }),
    hard({ pods: "1" }),
    "FieldValueInvalid spec.scopes",
  ],
]);

testRefusedStatuses(resourceQuotaKind, [
  [
    "half a pod in use",
    hard({ pods: "1" }),
    { ...hard({ pods: "1" }), status: { used: { pods: "500m" } } },
    "FieldValueInvalid status.used[pods]",
  ],
]);

test("a quota is accepted, and printed with its use", () => {
  const manifest = hard(
    {
      pods: "10",
      "requests.cpu": "1",
      "limits.cpu": "2",
      "count/jobs.batch": "3",
      "requests.example.com/gpu": "1",
    },
    {},
  );
  assert.deepEqual(causesOf(resourceQuotaKind, manifest), []);
  assert.deepEqual(
    causesOf(resourceQuotaKind, selecting({ scopeName: "PriorityClass", operator: "In", values: ["high"] })),
    [],
  );
  const object = created(resourceQuotaKind, manifest) as ResourceQuota;
  assert.deepEqual(object.status, {});
  const status = {
    hard: { pods: "10", "requests.cpu": "1", "limits.cpu": "2" },
    used: { pods: "3", "limits.cpu": "500m" },
  };
  const cells = resourceQuotaKind.columns.slice(1, 3).map(({ of }) => of({ ...object, status }, 0));
  assert.deepEqual(cells, ["pods: 3/10, requests.cpu: 0/1", "limits.cpu: 500m/2"]);
});
