import assert from "node:assert/strict";
import { test } from "node:test";
import type { EndpointSlice } from "@kubus/shared/api/discovery.ts";
import type { Container, Pod, PodSpec } from "@kubus/shared/api/pod.ts";
import { isRefusal } from "@kubus/shared/errors/codes.ts";
import { ContainerRefusal } from "../container/problem.ts";
import { eventTable } from "@kubus/shared/testing/event-table.ts";
import { objections } from "./admission.ts";
import { apiPlaceOf } from "./api-place.ts";
import { resourceField } from "./downward.ts";
import { environmentOf, expand } from "./environment.ts";
import { podMachine } from "./machine.ts";
import { containerSpec, sandboxSpec } from "./plan.ts";
import { podLimits, qosOf } from "./resources.ts";
import { changeOf } from "./scribe.ts";

const aContainer = (more: Partial<Container> = {}): Container => ({
  name: "main",
  image: "host/sh",
  ...more,
});
const aPod = (spec: Partial<PodSpec> = {}): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web", namespace: "default", uid: "uid", resourceVersion: "1", creationTimestamp: "" },
  spec: { containers: [aContainer()], ...spec },
});
const terms = { stateDir: "/state", nameservers: ["10.0.0.1"] };
const sourcesOf = (pod: Pod) => ({
  pod,
  ...{ nodeName: "board-1", hostIp: "1", podIp: "2", configMaps: new Map(), secrets: new Map() },
});
const specOf = (container: Container, pod = aPod()) => {
  const sources = sourcesOf(pod);
  return containerSpec(container, 2, {
    terms,
    sources,
    values: environmentOf(container, sources),
    mounts: [],
  });
};

test("makes a sandbox of the pod's own name, names and hosts", () => {
  const spec = sandboxSpec(aPod({ hostAliases: [{ ip: "1.2.3.4", hostnames: ["a"] }] }), terms);
  assert.equal(spec.hostname, "web");
  assert.equal(spec.network, "pod");
  assert.deepEqual(spec.dns.searches, ["default.svc.cluster.local", "svc.cluster.local", "cluster.local"]);
  assert.equal(sandboxSpec(aPod({ hostNetwork: true }), terms).network, "host");
  assert.deepEqual(sandboxSpec(aPod({ dnsPolicy: "Default" }), terms).dns.searches, []);
  assert.equal(sandboxSpec(aPod({ hostname: `${"x".repeat(62)}-y` }), terms).hostname, "x".repeat(62));
});

test("starts a container with its words, user, rights and log", () => {
  const spec = specOf(
    aContainer({
      command: ["sh", "-c"],
      args: ["echo $(WHO) $$(WHO)"],
      env: [{ name: "WHO", value: "me" }],
      securityContext: { runAsUser: 1_000, capabilities: { drop: ["ALL"] }, readOnlyRootFilesystem: true },
    }),
  );
  assert.deepEqual([spec.command, spec.args], [["sh", "-c"], ["echo me $(WHO)"]]);
  assert.deepEqual(spec.user, { uid: 1_000, gid: 1_000 });
  assert.deepEqual(spec.capabilities, { add: [], drop: ["ALL"] });
  assert.equal(spec.readOnlyRoot, true);
  assert.equal(spec.logPath, "/state/logs/default_web_uid/main/2.log");
  assert.equal(specOf(aContainer()).user, undefined);
  assert.throws(
    () => specOf(aContainer({ securityContext: { runAsUser: 0, runAsNonRoot: true } })),
    (error) => error instanceof ContainerRefusal && !isRefusal(error) && /non-root/.test(error.message),
  );
});

test("replaces only what it knows in $(NAME)", () => {
  const values = new Map([["A", "1"]]);
  assert.equal(expand("$(A)$(B)$$(A)$A$", values), "1$(B)$(A)$A$");
});

test("gives a pod the limits of its containers together, where all have some", () => {
  const limited = (cpu: string, memory: string) => aContainer({ resources: { limits: { cpu, memory } } });
  assert.deepEqual(podLimits(aPod({ containers: [limited("500m", "64Mi"), limited("1", "64Mi")] }).spec), {
    cpuShares: 1_536,
    pidsMax: 4_096,
    cpuMillisMax: 1_500,
    memoryBytesMax: 128 * 1024 * 1024,
  });
  const half = podLimits(aPod({ containers: [limited("1", "1Gi"), aContainer()] }).spec);
  assert.equal(half.memoryBytesMax, undefined);
});

test("tells the class of service by Kubernetes' rule", () => {
  const qos = (...all: (Container["resources"] | undefined)[]) =>
    qosOf(
      aPod({ containers: all.map((resources) => aContainer(resources === undefined ? {} : { resources })) })
        .spec,
    );
  const both = { cpu: "1", memory: "1Gi" };
  assert.equal(qos(undefined), "BestEffort");
  assert.equal(qos({ limits: both }), "Guaranteed");
  assert.equal(qos({ limits: both, requests: { cpu: "1000m", memory: "1024Mi" } }), "Guaranteed");
  assert.equal(qos({ limits: both }, undefined), "Burstable");
  assert.equal(qos({ requests: { cpu: "1" } }), "Burstable");
});

test("says what it cannot do, all of it at once", () => {
  const pod = aPod({
    activeDeadlineSeconds: 5,
    hostPID: true,
    volumes: [{ name: "data", nfs: {} }, { name: "empty" }],
    containers: [
      aContainer({
        ports: [{ containerPort: 80, hostPort: 8_080 }],
        lifecycle: { preStop: {} },
        volumeMounts: [{ name: "empty", mountPath: "/e", mountPropagation: "HostToContainer" }],
        volumeDevices: [{ name: "block", devicePath: "/dev/b" }],
        livenessProbe: { grpc: {} },
      }),
    ],
  });
  assert.deepEqual(objections(pod, true), [
    'Volumes of this type are not supported yet: "data" (nfs).',
    "hostPID is not supported yet.",
    "activeDeadlineSeconds is not supported yet.",
    'Block devices are not supported yet (container "main").',
    'Mount propagation HostToContainer is not supported yet (container "main").',
    'Lifecycle hooks are not supported yet (container "main").',
    'Only exec, HTTP and TCP probes are supported yet (container "main").',
    'hostPort 8080 is not supported yet (container "main").',
  ]);
  assert.deepEqual(objections(aPod(), true), []);
  assert.deepEqual(objections(aPod({ volumes: [{ name: "a", emptyDir: {} }] }), false), [
    'This board runs without root and cannot mount volumes: "a".',
  ]);
});

test("writes only what differs, and takes back what is no longer so", () => {
  const before = { phase: "Running", podIP: "1", podIPs: [{ ip: "1" }], reason: "Evicted" } as const;
  assert.equal(changeOf(before, { ...before }), undefined);
  assert.deepEqual(changeOf(before, { phase: "Pending", podIP: "1", podIPs: [{ ip: "1" }] }), {
    reason: null,
    phase: "Pending",
  });
});

test("what a pod makes of each event in each state", () => {
  const states = [
    "refused",
    { sandboxing: "preparing" },
    { sandboxing: "backingOff" },
    "finished",
    { removing: "releasing" },
    { confirming: "telling" },
    { confirming: "backingOff" },
  ];
  const events = {
    deleted: { type: "pod.deleted", graceMs: 1 },
    "bus returned": { type: "bus.returned" },
    "source changed": { type: "source.changed" },
  };
  const input = { pod: aPod(), canMount: true };
  assert.deepEqual(eventTable({ machine: podMachine, input, events, states }), [
    "refused: deleted → terminating, bus returned → ·, source changed → ·",
    "sandboxing.preparing: deleted → terminating, bus returned → ·, source changed → ·",
    "sandboxing.backingOff: deleted → terminating, bus returned → sandboxing.preparing, source changed → sandboxing.preparing",
    "finished: deleted → terminating, bus returned → ·, source changed → ·",
    "removing.releasing: deleted → ·, bus returned → ·, source changed → ·",
    "confirming.telling: deleted → ·, bus returned → ·, source changed → ·",
    "confirming.backingOff: deleted → ·, bus returned → confirming.telling, source changed → ·",
  ]);
});

test("tells containers where the API is, and lets them say otherwise", () => {
  const slice = {
    ports: [{ name: "https", port: 6_443 }],
    endpoints: [
      { addresses: ["10.0.0.8"], conditions: { ready: false } },
      { addresses: ["10.0.0.9"], conditions: { ready: true } },
    ],
  } as unknown as EndpointSlice;
  const container = aContainer({
    env: [
      { name: "KUBERNETES_PORT", value: "mine" },
      { name: "URL", value: "https://$(KUBERNETES_SERVICE_HOST):$(KUBERNETES_SERVICE_PORT)" },
    ],
  });
  const values = environmentOf(container, { ...sourcesOf(aPod()), apiPlace: apiPlaceOf(slice) });
  assert.deepEqual(Object.fromEntries(values), {
    KUBERNETES_SERVICE_HOST: "10.0.0.9",
    KUBERNETES_SERVICE_PORT: "6443",
    KUBERNETES_SERVICE_PORT_HTTPS: "6443",
    KUBERNETES_PORT: "mine",
    KUBERNETES_PORT_6443_TCP: "tcp://10.0.0.9:6443",
    KUBERNETES_PORT_6443_TCP_PROTO: "tcp",
    KUBERNETES_PORT_6443_TCP_PORT: "6443",
    KUBERNETES_PORT_6443_TCP_ADDR: "10.0.0.9",
    URL: "https://10.0.0.9:6443",
  });
  assert.deepEqual([...environmentOf(aContainer(), sourcesOf(aPod()))], []);
});

test("tells resources in units of the divisor, and what the board has where there is no limit", () => {
  const container = aContainer({ resources: { requests: { cpu: "250m" }, limits: { memory: "65Mi" } } });
  const told = (resource: string, divisor?: string) =>
    resourceField({ resource, ...(divisor === undefined ? {} : { divisor }) }, container, { cpu: "3900m" });
  assert.equal(told("limits.memory"), String(65 * 1_024 * 1_024));
  assert.equal(told("limits.memory", "1Gi"), "1");
  assert.equal(told("requests.cpu", "0"), "1");
  assert.equal(told("requests.cpu", "1m"), "250");
  assert.equal(told("limits.cpu"), "4");
  assert.equal(told("requests.memory"), "0");
});

test("gives processes the groups of the pod", () => {
  const pod = aPod({ securityContext: { fsGroup: 2_000, supplementalGroups: [3_000, 2_000] } });
  assert.deepEqual(specOf(aContainer(), pod).user, { uid: 65_534, gid: 65_534, groups: [3_000, 2_000] });
});
