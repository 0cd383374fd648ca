import assert from "node:assert/strict";
import { test } from "node:test";
import { replicationControllerKind } from "../../index.ts";
import { testRefusals, testRefusedStatuses } from "../../testing/cases.ts";
import { causesOf, causesOfUpdate } from "../../testing/refusals.ts";

const template = (spec: object = {}, labels: object = { app: "web" }) => ({
  metadata: { labels },
  spec: { containers: [{ name: "main", image: "a" }], ...spec },
});
const controller = (spec: object = {}) => ({ spec: { template: template(), ...spec } });
const inTemplate = (spec: object) => controller({ template: template(spec) });

testRefusals(replicationControllerKind, [
  ["saying nothing", {}, "FieldValueRequired spec.selector", "FieldValueRequired spec.template"],
  ["less than no pods", controller({ replicas: -1 }), "FieldValueInvalid spec.replicas"],
  ["less than no patience", controller({ minReadySeconds: -1 }), "FieldValueInvalid spec.minReadySeconds"],
  ["pods without labels", controller({ template: template({}, {}) }), "FieldValueRequired spec.selector"],
  [
    "pods of others",
    controller({ selector: { app: "db" } }),
    "FieldValueInvalid spec.template.metadata.labels",
  ],
  [
    "labels that cannot be",
    controller({ template: template({}, { a: "b c" }) }),
    "FieldValueInvalid metadata.labels",
    "FieldValueInvalid spec.template.labels",
  ],
  ["no containers", inTemplate({ containers: [] }), "FieldValueRequired spec.template.spec.containers"],
  [
    "no image",
    inTemplate({ containers: [{ name: "main" }] }),
    "FieldValueRequired spec.template.spec.containers[0].image",
  ],
  [
    "pods that run once",
    inTemplate({ restartPolicy: "Never" }),
    "FieldValueNotSupported spec.template.spec.restartPolicy",
  ],
  [
    "pods that end",
    inTemplate({ activeDeadlineSeconds: 5 }),
    "FieldValueForbidden spec.template.spec.activeDeadlineSeconds",
  ],
  [
    "pods that are looked into",
    inTemplate({ ephemeralContainers: [{ name: "look", image: "a" }] }),
    "FieldValueForbidden spec.template.spec.ephemeralContainers",
  ],
]);

const counted = (status: object) => ({ ...controller(), status });

testRefusedStatuses(replicationControllerKind, [
  [
    "less than no pods, of which none is more",
    controller(),
    counted({ replicas: -1 }),
    "FieldValueInvalid status.replicas",
    "FieldValueInvalid status.fullyLabeledReplicas",
    "FieldValueInvalid status.readyReplicas",
    "FieldValueInvalid status.availableReplicas",
  ],
  [
    "more ready than there are",
    controller(),
    counted({ replicas: 1, readyReplicas: 2 }),
    "FieldValueInvalid status.readyReplicas",
  ],
  [
    "more available than ready",
    controller(),
    counted({ replicas: 2, readyReplicas: 1, availableReplicas: 2 }),
    "FieldValueInvalid status.availableReplicas",
  ],
]);

test("a controller is accepted, also with another selector later", () => {
  assert.deepEqual(causesOf(replicationControllerKind, controller({ replicas: 0 })), []);
  const other = controller({ selector: { app: "web" }, template: template({}, { app: "web", tier: "a" }) });
  assert.deepEqual(causesOfUpdate(replicationControllerKind, other, controller()), []);
});
