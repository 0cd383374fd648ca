/** What Kubernetes accepts, fills in and refuses about the kinds of apps, cause by cause. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "@kubus/shared/api/meta.ts";
import type { DaemonSet, StatefulSet } from "@kubus/shared/api/workload.ts";
import type { Kind } from "../kind.ts";
import { testRefusals, testRefusedChanges, testRefusedStatuses } from "../testing/cases.ts";
import { causesOf, causesOfUpdate, created, messagesOf, messagesOfUpdate } from "../testing/refusals.ts";
import {
  controllerRevisionKind,
  daemonSetKind,
  deploymentKind,
  replicaSetKind,
  statefulSetKind,
} from "./index.ts";

const labels = { app: "web" };
const container = { name: "main", image: "host/python3" };
const template = { metadata: { labels }, spec: { containers: [container] } };
const selector = { matchLabels: labels };
const a = (spec: object = {}) => ({ spec: { selector, template, ...spec } });
const pod = (spec: object) => a({ template: { ...template, spec: { ...template.spec, ...spec } } });
const cells = (kind: Kind, object: KubeObject) =>
  Object.fromEntries(
    kind.columns.map(({ name, of }) => [name, of(object, Date.parse("2026-01-01T01:00:00Z"))]),
  );

const strangers = "FieldValueInvalid spec.template.metadata.labels";

/** What is wrong for everything that makes pods from a template. */
const ofTemplates = [
  ["a template of other pods", a({ selector: { matchLabels: { app: "db" } } }), strangers],
  ["a selector of all", a({ selector: {} }), "FieldValueInvalid spec.selector"],
  [
    "a selector without operator",
    a({ selector: { matchExpressions: [{ key: "app", operator: "Near" }] } }),
    "FieldValueInvalid spec.selector.matchExpressions[0].operator",
    "FieldValueInvalid spec.selector",
  ],
  ["no containers", pod({ containers: [] }), "FieldValueRequired spec.template.spec.containers"],
  [
    "pods that end",
    pod({ restartPolicy: "Never" }),
    "FieldValueNotSupported spec.template.spec.restartPolicy",
  ],
  [
    "pods with a deadline",
    pod({ activeDeadlineSeconds: 5 }),
    "FieldValueForbidden spec.template.spec.activeDeadlineSeconds",
  ],
  ["a negative patience", a({ minReadySeconds: -1 }), "FieldValueInvalid spec.minReadySeconds"],
  ["a name with capitals", { ...a(), metadata: { name: "Web" } }, "FieldValueInvalid metadata.name"],
  [
    "a wrong label in the template",
    a({ template: { ...template, metadata: { labels: { ...labels, "a b": "c" } } } }),
    "FieldValueInvalid spec.template.labels",
  ],
] as const;

const strategy = (rollingUpdate: object, type = "RollingUpdate") => a({ strategy: { type, rollingUpdate } });

testRefusals(deploymentKind, [
  ...ofTemplates,
  ["no selector", a({ selector: undefined }), "FieldValueRequired spec.selector", strangers],
  ["negative replicas", a({ replicas: -1 }), "FieldValueInvalid spec.replicas"],
  ["a negative history", a({ revisionHistoryLimit: -1 }), "FieldValueInvalid spec.revisionHistoryLimit"],
  [
    "a negative deadline",
    a({ progressDeadlineSeconds: -1 }),
    "FieldValueInvalid spec.progressDeadlineSeconds",
    "FieldValueInvalid spec.progressDeadlineSeconds",
  ],
  ["an unknown strategy", a({ strategy: { type: "Canary" } }), "FieldValueNotSupported spec.strategy"],
  [
    "parameters of another strategy",
    strategy({}, "Recreate"),
    "FieldValueForbidden spec.strategy.rollingUpdate",
  ],
  [
    "a strategy that cannot move",
    strategy({ maxSurge: 0, maxUnavailable: "0%" }),
    "FieldValueInvalid spec.strategy.rollingUpdate.maxUnavailable",
  ],
  [
    "more than all",
    strategy({ maxUnavailable: "101%" }),
    "FieldValueInvalid spec.strategy.rollingUpdate.maxUnavailable",
  ],
  [
    "a share without percent",
    strategy({ maxSurge: "3" }),
    "FieldValueInvalid spec.strategy.rollingUpdate.maxSurge",
  ],
]);

testRefusedChanges(deploymentKind, [
  [
    "another selector",
    a(),
    a({
      selector: { matchLabels: { tier: "x" } },
      template: { ...template, metadata: { labels: { tier: "x" } } },
    }),
    "FieldValueInvalid spec.selector",
  ],
]);

const counts = (status: object) => ({ ...a(), status });

testRefusedStatuses(deploymentKind, [
  [
    "more ready than there are",
    counts({}),
    counts({ replicas: 1, readyReplicas: 2 }),
    "FieldValueInvalid status.readyReplicas",
  ],
  [
    "more available than ready",
    counts({}),
    counts({ replicas: 2, readyReplicas: 1, availableReplicas: 2 }),
    "FieldValueInvalid status.availableReplicas",
  ],
  [
    "negative counts",
    counts({}),
    counts({ unavailableReplicas: -1 }),
    "FieldValueInvalid status.unavailableReplicas",
  ],
  [
    "collisions that are forgotten",
    counts({ collisionCount: 2 }),
    counts({ collisionCount: 1 }),
    "FieldValueInvalid status.collisionCount",
  ],
]);

testRefusals(replicaSetKind, [
  ...ofTemplates,
  ["no selector", a({ selector: undefined }), "FieldValueRequired spec.selector", strangers],
  ["negative replicas", a({ replicas: -1 }), "FieldValueInvalid spec.replicas"],
]);

testRefusedStatuses(replicaSetKind, [
  [
    "more labelled than there are",
    counts({}),
    counts({ replicas: 1, fullyLabeledReplicas: 2 }),
    "FieldValueInvalid status.fullyLabeledReplicas",
  ],
]);

const rolling = (rollingUpdate: object, type = "RollingUpdate") =>
  a({ updateStrategy: { type, rollingUpdate } });
const claim = (name: string) => ({
  metadata: { name },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
});

testRefusals(statefulSetKind, [
  ...ofTemplates,
  ["a name that is no host name", { ...a(), metadata: { name: "a.b" } }, "FieldValueInvalid metadata.name"],
  ["no selector", a({ selector: undefined }), "FieldValueRequired spec.selector", strangers],
  ["negative replicas", a({ replicas: -1 }), "FieldValueInvalid spec.replicas"],
  ["an unknown order", a({ podManagementPolicy: "Random" }), "FieldValueInvalid spec.podManagementPolicy"],
  [
    "an unknown strategy",
    a({ updateStrategy: { type: "Recreate" } }),
    "FieldValueInvalid spec.updateStrategy",
  ],
  [
    "parameters of another strategy",
    rolling({}, "OnDelete"),
    "FieldValueInvalid spec.updateStrategy.rollingUpdate",
  ],
  [
    "a negative partition",
    rolling({ partition: -1 }),
    "FieldValueInvalid spec.updateStrategy.rollingUpdate.partition",
  ],
  [
    "an update of none",
    rolling({ maxUnavailable: "0%" }),
    "FieldValueInvalid spec.updateStrategy.rollingUpdate.maxUnavailable",
  ],
  ["a negative ordinal", a({ ordinals: { start: -1 } }), "FieldValueInvalid spec.ordinals.start"],
  ["a wrong service name", a({ serviceName: "a.b" }), "FieldValueInvalid spec.serviceName"],
  [
    "an unknown fate of claims",
    a({ persistentVolumeClaimRetentionPolicy: { whenDeleted: "Keep" } }),
    "FieldValueNotSupported spec.persistentVolumeClaimRetentionPolicy.whenDeleted",
  ],
  [
    "a claim without name, modes and size",
    a({ volumeClaimTemplates: [{ spec: {} }] }),
    "FieldValueRequired spec.volumeClaimTemplates[0].metadata.name",
    "FieldValueRequired spec.volumeClaimTemplates[0].spec.accessModes",
    "FieldValueRequired spec.volumeClaimTemplates[0].spec.resources[storage]",
  ],
  [
    "a mount of no volume",
    pod({ containers: [{ ...container, volumeMounts: [{ name: "data", mountPath: "/data" }] }] }),
    "FieldValueNotFound spec.template.spec.containers[0].volumeMounts[0].name",
  ],
]);

testRefusedChanges(statefulSetKind, [
  ["another service", a({ serviceName: "a" }), a({ serviceName: "b" }), "FieldValueForbidden spec"],
  ["another order", a(), a({ podManagementPolicy: "Parallel" }), "FieldValueForbidden spec"],
  ["other claims", a(), a({ volumeClaimTemplates: [claim("data")] }), "FieldValueForbidden spec"],
]);

test("a StatefulSet may change how many, what and how", () => {
  const next = a({
    replicas: 5,
    ordinals: { start: 2 },
    minReadySeconds: 3,
    revisionHistoryLimit: 2,
    updateStrategy: { type: "OnDelete" },
    persistentVolumeClaimRetentionPolicy: { whenScaled: "Delete" },
    template: { ...template, spec: { containers: [{ ...container, image: "host/sh" }] } },
  });
  assert.deepEqual(causesOfUpdate(statefulSetKind, next, a()), []);
  assert.match(
    messagesOfUpdate(statefulSetKind, a({ serviceName: "b" }), a()).join(),
    /^spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals'/,
  );
});

test("a StatefulSet is filled in as Kubernetes does", () => {
  const mount = { name: "data", mountPath: "/data" };
  const manifest = a({
    template: { ...template, spec: { containers: [{ ...container, volumeMounts: [mount] }] } },
    volumeClaimTemplates: [claim("data")],
  });
  assert.deepEqual(causesOf(statefulSetKind, manifest), []);
  const { spec, status } = created(statefulSetKind, manifest) as StatefulSet;
  assert.equal(spec.replicas, 1);
  assert.equal(spec.podManagementPolicy, "OrderedReady");
  assert.deepEqual(spec.updateStrategy, { type: "RollingUpdate", rollingUpdate: { partition: 0 } });
  assert.deepEqual(spec.persistentVolumeClaimRetentionPolicy, {
    whenDeleted: "Retain",
    whenScaled: "Retain",
  });
  assert.deepEqual(spec.volumeClaimTemplates, [
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "data" },
      spec: {
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: "1Gi" } },
        volumeMode: "Filesystem",
      },
      status: { phase: "Pending" },
    },
  ]);
  assert.deepEqual(status, { replicas: 0 });
  const named = created(statefulSetKind, a({ updateStrategy: { type: "RollingUpdate" } })) as StatefulSet;
  assert.deepEqual(named.spec.updateStrategy, { type: "RollingUpdate" });
  assert.equal(cells(statefulSetKind, named)["Ready"], "0/1");
});

testRefusals(daemonSetKind, [
  ...ofTemplates,
  ["no selector", a({ selector: undefined }), strangers],
  ["a negative history", a({ revisionHistoryLimit: -1 }), "FieldValueInvalid spec.revisionHistoryLimit"],
  [
    "an unknown strategy",
    a({ updateStrategy: { type: "Recreate" } }),
    "FieldValueNotSupported spec.updateStrategy",
  ],
  [
    "both ways at once",
    rolling({ maxSurge: 1 }),
    "FieldValueInvalid spec.updateStrategy.rollingUpdate.maxSurge",
  ],
  [
    "no way at all",
    rolling({ maxUnavailable: 0 }),
    "FieldValueRequired spec.updateStrategy.rollingUpdate.maxUnavailable",
  ],
  [
    "a surge of more than all",
    rolling({ maxUnavailable: 0, maxSurge: "101%" }),
    "FieldValueInvalid spec.updateStrategy.rollingUpdate.maxSurge",
  ],
]);

testRefusedStatuses(daemonSetKind, [
  ["negative counts", counts({}), counts({ numberReady: -1 }), "FieldValueInvalid status.numberReady"],
]);

test("a DaemonSet counts the changes of its template", () => {
  const generationOf = ({ metadata }: KubeObject) =>
    metadata.annotations?.["deprecated.daemonset.template.generation"];
  const first = created(daemonSetKind, a()) as DaemonSet;
  assert.equal(generationOf(first), "1");
  assert.deepEqual(first.spec.updateStrategy, {
    type: "RollingUpdate",
    rollingUpdate: { maxSurge: 0, maxUnavailable: 1 },
  });
  const bare = { ...first, ...a() } as unknown as DaemonSet;
  assert.equal(generationOf(daemonSetKind.prepareForUpdate(bare, first)), "1");
  const changed = { ...first, ...pod({ hostNetwork: true }) } as unknown as DaemonSet;
  assert.equal(generationOf(daemonSetKind.prepareForUpdate(changed, first)), "2");
  const meddled = { ...first, metadata: { ...first.metadata, annotations: {} } };
  assert.equal(generationOf(daemonSetKind.prepareForUpdate(meddled, first)), "1");
  assert.equal(cells(daemonSetKind, first)["Node Selector"], "<none>");
});

testRefusals(controllerRevisionKind, [
  ["no data", { revision: 1 }, "FieldValueRequired data"],
  ["a negative number", { data: {}, revision: -1 }, "FieldValueInvalid revision"],
  ["nothing at all", {}, "FieldValueRequired data"],
  ["no name", { data: {}, metadata: { name: "" } }, "FieldValueRequired metadata.name"],
  ["a name with capitals", { data: {}, metadata: { name: "Web" } }, "FieldValueInvalid metadata.name"],
  ["a name with a slash", { data: {}, metadata: { name: "a/b" } }, "FieldValueInvalid metadata.name"],
  ["no namespace", { data: {}, metadata: { namespace: "" } }, "FieldValueRequired metadata.namespace"],
  ["a wrong label", { data: {}, metadata: { labels: { a: "b c" } } }, "FieldValueInvalid metadata.labels"],
  [
    "a wrong annotation",
    { data: {}, metadata: { annotations: { "a b": "" } } },
    "FieldValueInvalid metadata.annotations",
  ],
  [
    "an owner without uid",
    { data: {}, metadata: { ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: "a" }] } },
    "FieldValueInvalid metadata.ownerReferences.uid",
  ],
]);

testRefusedChanges(controllerRevisionKind, [
  ["other data", { data: { a: 1 } }, { data: { a: 2 } }, "FieldValueInvalid data"],
]);

test("a ControllerRevision takes a new number, and names its controller", () => {
  const owner = { apiVersion: "apps/v1", kind: "StatefulSet", name: "web", uid: "1", controller: true };
  const revision = { data: { a: 1 }, revision: 3, metadata: { ownerReferences: [owner] } };
  assert.deepEqual(causesOfUpdate(controllerRevisionKind, { ...revision, revision: 4 }, revision), []);
  const shown = cells(controllerRevisionKind, created(controllerRevisionKind, revision));
  assert.deepEqual([shown["Controller"], shown["Revision"]], ["statefulset.apps/web", 3]);
  assert.deepEqual(messagesOf(controllerRevisionKind, {}), ["data: Required value: data is mandatory"]);
});
