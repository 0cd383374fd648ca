import assert from "node:assert/strict";
import { test } from "node:test";
import { podKind } from "../../index.ts";
import { testRefusedChanges, testRefusedStatuses, type RefusedChange } from "../../testing/cases.ts";
import { causesOfStatusUpdate, causesOfUpdate } from "../../testing/refusals.ts";

const container = { name: "main", image: "host/python3" };
const pod = (spec: object = {}, metadata: object = {}) => ({
  metadata,
  spec: { containers: [container], ...spec },
});
const gated = (spec: object = {}) => pod({ schedulingGates: [{ name: "a/b" }], ...spec });
const required = "requiredDuringSchedulingIgnoredDuringExecution";
const onNodes = (...values: readonly string[]) => ({
  affinity: {
    nodeAffinity: {
      [required]: { nodeSelectorTerms: [{ matchExpressions: [{ key: "a", operator: "In", values }] }] },
    },
  },
});
const mirror = { annotations: { "kubernetes.io/config.mirror": "x" } };

const changes: readonly RefusedChange[] = [
  ["a command", pod(), pod({ containers: [{ ...container, command: ["sh"] }] }), "FieldValueForbidden spec"],
  ["a node", pod(), pod({ nodeName: "board-1" }), "FieldValueForbidden spec"],
  ["a grace period", pod(), pod({ terminationGracePeriodSeconds: 3 }), "FieldValueForbidden spec"],
  ["a node selector", pod(), pod({ nodeSelector: { disk: "ssd" } }), "FieldValueForbidden spec"],
  [
    "resources",
    pod(),
    pod({ containers: [{ ...container, resources: { requests: { cpu: "1" } } }] }),
    "FieldValueForbidden spec",
  ],
  [
    "containers for looking into it",
    pod(),
    pod({ ephemeralContainers: [{ name: "look", image: "a" }] }),
    "FieldValueForbidden spec",
  ],
  [
    "one container more",
    pod(),
    pod({ containers: [container, { ...container, name: "b" }] }),
    "FieldValueForbidden spec.containers",
  ],
  [
    "no deadline any more",
    pod({ activeDeadlineSeconds: 5 }),
    pod(),
    "FieldValueInvalid spec.activeDeadlineSeconds",
  ],
  [
    "a later deadline",
    pod({ activeDeadlineSeconds: 5 }),
    pod({ activeDeadlineSeconds: 6 }),
    "FieldValueInvalid spec.activeDeadlineSeconds",
  ],
  [
    "a toleration less",
    pod({ tolerations: [{ key: "a", operator: "Exists" }] }),
    pod(),
    "FieldValueForbidden spec.tolerations",
  ],
  ["a gate more", pod(), gated(), "FieldValueForbidden spec.schedulingGates[0].name"],
  [
    "a wider choice of nodes, while it waits",
    gated({ nodeSelector: { disk: "ssd" } }),
    gated(),
    "FieldValueInvalid spec.nodeSelector",
  ],
  [
    "other nodes, while it waits",
    gated(onNodes("1")),
    gated(onNodes("2")),
    `FieldValueInvalid spec.affinity.nodeAffinity.${required}.nodeSelectorTerms[0]`,
  ],
  [
    "being a mirror",
    pod({ nodeName: "a" }),
    pod({ nodeName: "a" }, mirror),
    "FieldValueForbidden metadata.annotations[kubernetes.io/config.mirror]",
  ],
];
testRefusedChanges(podKind, changes);

test("images, more tolerations, an earlier deadline and gates that go may change", () => {
  const accepted = (before: object, after: object) =>
    assert.deepEqual(causesOfUpdate(podKind, after, before), []);
  accepted(pod(), pod({ containers: [{ ...container, image: "host/node", imagePullPolicy: "Always" }] }));
  accepted(pod(), pod({ tolerations: [{ key: "a", operator: "Exists" }] }));
  accepted(pod(), pod({ activeDeadlineSeconds: 10 }));
  accepted(pod({ activeDeadlineSeconds: 10 }), pod({ activeDeadlineSeconds: 5 }));
  accepted(gated(), pod());
  accepted(gated(), gated({ nodeSelector: { disk: "ssd" }, ...onNodes("1") }));
  accepted(pod({ terminationGracePeriodSeconds: -1 }), pod({ terminationGracePeriodSeconds: 1 }));
});

const ended = (exitCode: number) => ({ name: "main", state: { terminated: { exitCode } } });
const running = { name: "main", state: { running: {} } };
const withStatus = (status: object, spec: object = {}) => ({ ...pod(spec), status });
const never = { restartPolicy: "Never" };
const onFailure = { restartPolicy: "OnFailure" };

const statuses: readonly RefusedChange[] = [
  [
    "life after the end",
    withStatus({ containerStatuses: [ended(0)] }, never),
    withStatus({ containerStatuses: [running] }, never),
    "FieldValueForbidden status.containerStatuses[0].state",
  ],
  [
    "life after success",
    withStatus({ containerStatuses: [ended(0)] }, onFailure),
    withStatus({ containerStatuses: [running] }, onFailure),
    "FieldValueForbidden status.containerStatuses[0].state",
  ],
  [
    "another class of service",
    withStatus({ qosClass: "Burstable" }),
    withStatus({ qosClass: "Guaranteed" }),
    "FieldValueInvalid status.qosClass",
  ],
  [
    "no address",
    withStatus({}),
    withStatus({ podIPs: [{ ip: "here" }] }),
    "FieldValueInvalid status.podIPs[0]",
  ],
  [
    "two addresses of a family",
    withStatus({}),
    withStatus({ podIPs: [{ ip: "10.0.0.1" }, { ip: "10.0.0.2" }] }),
    "FieldValueInvalid status.podIPs",
  ],
  [
    "another host than the first",
    withStatus({}),
    withStatus({ hostIP: "10.0.0.1", hostIPs: [{ ip: "10.0.0.2" }] }),
    "FieldValueInvalid status.hostIPs[0].ip",
  ],
  [
    "a condition that cannot be",
    withStatus({}),
    withStatus({ conditions: [{ type: "a b", status: "True" }] }),
    "FieldValueInvalid metadata.conditions[0].Type",
  ],
];
testRefusedStatuses(podKind, statuses);

test("what failed may be restarted", () => {
  const before = withStatus({ containerStatuses: [ended(1)] }, onFailure);
  const after = withStatus({ containerStatuses: [running] }, onFailure);
  assert.deepEqual(causesOfStatusUpdate(podKind, after, before), []);
});
