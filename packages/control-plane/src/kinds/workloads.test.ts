import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReplicationController } from "@kubus/shared/api/workload.ts";
import { aDeployment, container, metadata, told, wrongWith } from "./testing/objects.ts";
import { deploymentKind, replicaSetKind, replicationControllerKind } from "./index.ts";

const wrong = (spec: object): readonly string[] => wrongWith(deploymentKind, aDeployment(spec));
const template = (labels: object, spec: object = {}) => ({
  template: { metadata: { labels }, spec: { containers: [container], ...spec } },
});

test("a deployment is filled in as Kubernetes does", () => {
  const { replicas, revisionHistoryLimit, progressDeadlineSeconds, strategy } = aDeployment().spec;
  assert.deepEqual(
    { replicas, revisionHistoryLimit, progressDeadlineSeconds, strategy },
    {
      replicas: 1,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } },
    },
  );
  assert.equal(aDeployment({ replicas: 0 }).spec.replicas, 0);
  assert.deepEqual(aDeployment({ strategy: { type: "Recreate" } }).spec.strategy, { type: "Recreate" });
});

test("a deployment finds its own pods", () => {
  assert.deepEqual(wrong({}), []);
  assert.deepEqual(wrong(template({ app: "db" })), [
    'spec.template.metadata.labels: Invalid value: {"app":"db"}: `selector` does not match template `labels`',
  ]);
  assert.deepEqual(wrong({ selector: {} }), [
    "spec.selector: Invalid value: {}: empty selector is invalid for deployment",
  ]);
  assert.deepEqual(wrong({ selector: undefined }), [
    "spec.selector: Required value",
    'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
  ]);
  assert.deepEqual(wrong({ selector: { matchExpressions: [{ key: "app", operator: "In" }] } }), [
    "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
    'spec.selector: Invalid value: {"matchExpressions":[{"key":"app","operator":"In"}]}: invalid label selector',
  ]);
});

test("a deployment's numbers make sense", () => {
  assert.deepEqual(wrong({ replicas: -1 }), [
    "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
  ]);
  assert.deepEqual(wrong({ minReadySeconds: 600 }), [
    "spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds",
  ]);
  const strategy = (rollingUpdate: object) => wrong({ strategy: { type: "RollingUpdate", rollingUpdate } });
  assert.deepEqual(strategy({ maxSurge: 0, maxUnavailable: "0%" }), [
    'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0',
  ]);
  assert.deepEqual(strategy({ maxUnavailable: "101%" }), [
    'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%',
  ]);
  assert.match(
    strategy({ maxSurge: "many" }).join(),
    /a valid percent string must be a numeric string followed by an ending '%'/,
  );
  assert.deepEqual(wrong({ strategy: { type: "Recreate", rollingUpdate: { maxSurge: 1 } } }), [
    "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
  ]);
});

test("pods of a deployment are always restarted", () => {
  assert.deepEqual(wrong(template({ app: "web" }, { restartPolicy: "Never" })), [
    'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
  ]);
  assert.deepEqual(wrong(template({ app: "web" }, { containers: [] })), [
    "spec.template.spec.containers: Required value",
  ]);
});

test("a selector stays for life", () => {
  const other = aDeployment({ selector: { matchLabels: { app: "db" } } });
  assert.match(
    told(deploymentKind.validateUpdate(other, aDeployment())).join(),
    /^spec\.selector: Invalid value: .*: field is immutable$/,
  );
  const { spec } = aDeployment();
  const replicaSet = replicaSetKind.setDefaults({
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata,
    spec,
  });
  assert.deepEqual(told(replicaSetKind.validateUpdate(replicaSet, replicaSet)), []);
  assert.equal(
    told(replicaSetKind.validateUpdate({ ...replicaSet, spec: other.spec }, replicaSet)).length,
    1,
  );
});

test("a replication controller takes selector and labels from its template", () => {
  const bare = { apiVersion: "v1", kind: "ReplicationController", metadata, spec: template({ app: "web" }) };
  const filled = replicationControllerKind.setDefaults(bare as ReplicationController);
  assert.deepEqual(filled.spec.selector, { app: "web" });
  assert.deepEqual(filled.metadata.labels, { app: "web" });
  assert.equal(filled.spec.replicas, 1);
  assert.deepEqual(wrongWith(replicationControllerKind, filled), []);
  const stray = { ...filled, spec: { ...filled.spec, selector: { app: "db" } } };
  assert.equal(wrongWith(replicationControllerKind, stray).length, 1);
});

test("scale reads and writes the number of replicas", () => {
  const { scale } = deploymentKind;
  assert.ok(scale);
  assert.equal(scale.replicas(aDeployment({ replicas: 4 })), 4);
  assert.equal(scale.selector(aDeployment()), "app=web");
  assert.equal(scale.replicas(scale.withReplicas(aDeployment(), 7)), 7);
});

test("status is the controller's, spec is the user's", () => {
  const stored = { ...aDeployment(), status: { replicas: 2 } };
  const wanted = { ...aDeployment({ replicas: 5 }), status: { replicas: 9 } };
  assert.deepEqual(deploymentKind.prepareForUpdate(wanted, stored), { ...wanted, status: { replicas: 2 } });
  assert.deepEqual(deploymentKind.prepareForStatusUpdate(wanted, stored), {
    ...stored,
    status: { replicas: 9 },
  });
});
