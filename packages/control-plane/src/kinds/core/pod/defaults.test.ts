import assert from "node:assert/strict";
import { test } from "node:test";
import { podKind } from "../../index.ts";
import { aPod, container, metadata } from "../../testing/objects.ts";
import { pullPolicyOf } from "./container-defaults.ts";
import { qosClassOf } from "./qos.ts";

const born = (spec: object, owned = false) => {
  const pod = aPod(spec);
  const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name: "web", uid: "2", controller: true };
  const owned_ = owned ? { ...pod, metadata: { ...metadata, ownerReferences: [owner] } } : pod;
  return podKind.prepareForCreate(owned_, { now: 0, user: { name: "test", groups: [] } });
};

test("fills in what Kubernetes fills in", () => {
  assert.deepEqual(aPod().spec, {
    containers: [
      {
        name: "main",
        image: "host/python3",
        resources: {},
        terminationMessagePath: "/dev/termination-log",
        terminationMessagePolicy: "File",
        imagePullPolicy: "Always",
      },
    ],
    restartPolicy: "Always",
    terminationGracePeriodSeconds: 30,
    dnsPolicy: "ClusterFirst",
    securityContext: {},
    schedulerName: "default-scheduler",
    enableServiceLinks: true,
  });
});

test("keeps what was said, also when it is zero", () => {
  const { spec } = aPod({ terminationGracePeriodSeconds: 0, restartPolicy: "Never", dnsPolicy: "" });
  assert.equal(spec.terminationGracePeriodSeconds, 0);
  assert.equal(spec.restartPolicy, "Never");
  assert.equal(spec.dnsPolicy, "ClusterFirst");
});

test("pulls always what has no tag of its own", () => {
  const policies = ["web", "web:latest", "web:1", "host:5000/web", "host:5000/web:2", "web@sha256:00"].map(
    pullPolicyOf,
  );
  assert.deepEqual(policies, ["Always", "Always", "IfNotPresent", "Always", "IfNotPresent", "IfNotPresent"]);
});

test("fills in the parts of containers", () => {
  const filled = aPod({
    containers: [
      {
        ...container,
        ports: [{ containerPort: 80 }],
        env: [{ name: "IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } }],
        resources: { limits: { cpu: "1", memory: "64Mi" }, requests: { cpu: "500m" } },
        readinessProbe: { httpGet: { port: 80 }, timeoutSeconds: 0 },
        lifecycle: { preStop: { httpGet: { port: 80 } } },
      },
    ],
    volumes: [{ name: "plain" }, { name: "config", configMap: { name: "c" } }],
  }).spec;
  const [first] = filled.containers;
  assert.deepEqual(first?.ports, [{ containerPort: 80, protocol: "TCP" }]);
  assert.deepEqual(first.env?.[0]?.valueFrom, { fieldRef: { apiVersion: "v1", fieldPath: "status.podIP" } });
  assert.deepEqual(first.resources?.requests, { cpu: "500m", memory: "64Mi" });
  assert.deepEqual(first.readinessProbe, {
    httpGet: { path: "/", scheme: "HTTP", port: 80 },
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  });
  assert.deepEqual(first.lifecycle, { preStop: { httpGet: { path: "/", scheme: "HTTP", port: 80 } } });
  assert.deepEqual(filled.volumes, [
    { name: "plain", emptyDir: {} },
    { name: "config", configMap: { name: "c", defaultMode: 420 } },
  ]);
});

test("gives host ports to a pod on the board's own network", () => {
  const { spec } = aPod({
    hostNetwork: true,
    containers: [{ ...container, ports: [{ containerPort: 80 }] }],
  });
  assert.equal(spec.containers[0]?.ports?.[0]?.hostPort, 80);
});

test("a new pod is pending, whatever the client says", () => {
  const { status } = podKind.prepareForCreate(aPod({}, { phase: "Running" }), {
    now: 0,
    user: { name: "", groups: [] },
  });
  assert.deepEqual(status, { phase: "Pending", qosClass: "BestEffort" });
  assert.equal(
    born({ schedulingGates: [{ name: "a/b" }] }).status?.conditions?.[0]?.reason,
    "SchedulingGated",
  );
});

test("quality of service follows requests and limits", () => {
  const of = (resources: object) => qosClassOf(aPod({ containers: [{ ...container, resources }] }).spec);
  assert.equal(of({}), "BestEffort");
  assert.equal(of({ requests: { cpu: "1m" } }), "Burstable");
  assert.equal(of({ limits: { cpu: "1", memory: "1Gi" } }), "Guaranteed");
  assert.equal(of({ limits: { cpu: "1000m", memory: "1Gi" }, requests: { cpu: "1" } }), "Guaranteed");
  assert.equal(of({ limits: { cpu: "1" } }), "Burstable");
});

test("what never ran needs no grace", () => {
  const grace = (pod: ReturnType<typeof aPod>, asked?: number) => podKind.gracePeriodSeconds?.(pod, asked);
  assert.equal(grace(aPod()), 0);
  assert.equal(grace(aPod({ nodeName: "board-1" })), 30);
  assert.equal(grace(aPod({ nodeName: "board-1" }), 5), 5);
  assert.equal(grace(aPod({ nodeName: "board-1" }), 0), 0);
  assert.equal(grace(aPod({ nodeName: "board-1" }, { phase: "Succeeded" }), 5), 0);
});
