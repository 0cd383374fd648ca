/** Endpoints: from pods to addresses with ports. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Endpoints, Service } from "@kubus/shared/api/core.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import { endpointsKind, nodeKind, podKind, serviceKind } from "../../kinds/index.ts";
import type { Effect } from "../engine/plan.ts";
import { aMeta, aNode, aPod, at, type PodOptions } from "../testing/builders.ts";
import { aCluster } from "../testing/cluster.ts";
import { endpointsController } from "./controller.ts";
import { reconcile, type EndpointsView } from "./reconcile.ts";
import { subsetsOf } from "./subsets.ts";

const labels = { app: "web" };
const ports = [{ name: "http", port: 80, targetPort: "web", protocol: "TCP" as const }];
const aService = (spec: Partial<Service["spec"]> = {}, meta: object = {}): Service => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: aMeta("web", { labels, ...meta }),
  spec: { selector: labels, ports, ...spec },
});
const container = {
  name: "main",
  image: "host/python3",
  ports: [{ name: "web", containerPort: 8080, protocol: "TCP" as const }],
};
const aMember = (
  name: string,
  ip: string | undefined,
  more: PodOptions & { ready?: boolean; lost?: boolean } = {},
) => {
  const { ready = true, lost = false, ...options } = more;
  const pod: Pod = aPod(name, {
    ...options,
    spec: { containers: [container], nodeName: "board-1", ...options.spec },
    status: {
      phase: "Running",
      ...(ip === undefined ? {} : { podIP: ip, podIPs: [{ ip }] }),
      conditions: [{ type: "Ready", status: ready ? "True" : "False", lastTransitionTime: at(5) }],
      ...options.status,
    },
  });
  const node = aNode("board-1", {
    status: { conditions: [{ type: "Ready", status: lost ? "Unknown" : "True" }] },
  });
  return { pod, node };
};
const planned = (view: Partial<EndpointsView>): readonly Effect[] =>
  reconcile({ service: aService(), endpoints: undefined, members: [], ...view }).effects;
const written = (view: Partial<EndpointsView>): Endpoints => {
  const [effect] = planned(view);
  assert.equal(effect?.type, "create");
  return effect.object as Endpoints;
};
const told = (endpoints: Endpoints) =>
  (endpoints.subsets ?? []).map(({ addresses = [], notReadyAddresses = [], ports: numbers = [] }) => ({
    ready: addresses.map(({ ip }) => ip),
    notReady: notReadyAddresses.map(({ ip }) => ip),
    ports: numbers.map(({ name = "", port }) => `${name}:${port}`),
  }));

test("pods by their readiness, with the number that the port's name has in them", () => {
  const endpoints = written({
    members: [aMember("b", "10.0.0.2"), aMember("a", "10.0.0.1"), aMember("c", "10.0.0.3", { ready: false })],
  });
  assert.deepEqual(told(endpoints), [
    { ready: ["10.0.0.1", "10.0.0.2"], notReady: ["10.0.0.3"], ports: ["http:8080"] },
  ]);
  assert.deepEqual(endpoints.subsets?.[0]?.addresses?.[0], {
    ip: "10.0.0.1",
    nodeName: "board-1",
    targetRef: { kind: "Pod", namespace: "default", name: "a", uid: "uid-a" },
  });
  assert.deepEqual(endpoints.metadata.labels, {
    ...labels,
    "endpoints.kubernetes.io/managed-by": "endpoint-controller",
  });
  assert.deepEqual(endpoints.metadata.annotations, {
    "endpoints.kubernetes.io/last-change-trigger-time": at(0),
  });
});

test("INVARIANT: pods of a lost board are not ready, whatever they said last", () => {
  const [subset] = told(written({ members: [aMember("a", "10.0.0.1", { lost: true })] }));
  assert.deepEqual(subset, { ready: [], notReady: ["10.0.0.1"], ports: ["http:8080"] });
});

test("pods without an address, that ended, that end, or whose board is no more are left out", () => {
  const members = [
    aMember("a", undefined),
    aMember("b", "10.0.0.2", { status: { phase: "Succeeded", podIP: "10.0.0.2" } }),
    aMember("c", "10.0.0.3", { meta: { deletionTimestamp: at(9) } }),
    { ...aMember("d", "10.0.0.4"), node: undefined },
  ];
  assert.deepEqual(told(written({ members })), []);
});

test("a service that publishes all has them all as ready, also those that end", () => {
  const service = aService({ publishNotReadyAddresses: true });
  const members = [
    aMember("a", "10.0.0.1", { ready: false }),
    aMember("b", "10.0.0.2", { meta: { deletionTimestamp: at(9) } }),
  ];
  assert.deepEqual(told(written({ service, members }))[0]?.ready, ["10.0.0.1", "10.0.0.2"]);
});

test("pods whose port has another number stand apart, and those without it nowhere", () => {
  const other = { ...container, ports: [{ name: "web", containerPort: 9090 }] };
  const members = [
    aMember("a", "10.0.0.1"),
    aMember("b", "10.0.0.2", { spec: { containers: [other] } }),
    aMember("c", "10.0.0.3", { spec: { containers: [{ name: "main", image: "a" }] } }),
    aMember("d", "10.0.0.4", {
      spec: { containers: [{ ...other, ports: [{ name: "web", containerPort: 1, protocol: "UDP" }] }] },
    }),
  ];
  assert.deepEqual(
    told(written({ members })).map(({ ready, ports: numbers }) => [...ready, ...numbers]),
    [
      ["10.0.0.1", "http:8080"],
      ["10.0.0.2", "http:9090"],
    ],
  );
});

test("a headless service may have no ports; its pods may have names", () => {
  const service = aService({ clusterIP: "None", ports: [] });
  const member = aMember("a", "10.0.0.1", { spec: { hostname: "web-0", subdomain: "web" } });
  const endpoints = written({ service, members: [member] });
  assert.equal(endpoints.metadata.labels?.["service.kubernetes.io/headless"], "");
  assert.equal(endpoints.subsets?.[0]?.addresses?.[0]?.hostname, "web-0");
  assert.equal(endpoints.subsets[0].ports, undefined);
});

test("what is right is not written again, what changed is, with its time", () => {
  const members = [aMember("a", "10.0.0.1")];
  const endpoints = { ...written({ members }), apiVersion: "v1", kind: "Endpoints" };
  assert.deepEqual(planned({ members, endpoints }), []);
  const [effect] = planned({ members: [...members, aMember("b", "10.0.0.2")], endpoints });
  assert.equal(effect?.type, "patch");
  const { metadata } = effect.patch as Endpoints;
  assert.deepEqual(metadata.annotations, { "endpoints.kubernetes.io/last-change-trigger-time": at(5) });
  const [emptied] = planned({ members: [], endpoints });
  assert.equal(emptied?.type === "patch" && (emptied.patch as { subsets: unknown }).subsets, null);
});

test("services without a selector, and names for others, are somebody else's matter", () => {
  const without = { selector: {}, ports };
  assert.deepEqual(planned({ service: aService(without) }), []);
  assert.deepEqual(planned({ service: aService({ type: "ExternalName", externalName: "a.example" }) }), []);
});

test("of too many addresses those that are ready stay", () => {
  const reachable = Array.from({ length: 5 }, (_, i) => ({
    address: { ip: `10.0.0.${i}` },
    isReady: i > 1,
    ports: [],
  }));
  const { subsets, isTruncated } = subsetsOf(reachable, 4);
  assert.equal(isTruncated, true);
  assert.deepEqual(
    subsets[0]?.addresses?.map(({ ip }) => ip),
    ["10.0.0.2", "10.0.0.3", "10.0.0.4"],
  );
  assert.deepEqual(
    subsets[0].notReadyAddresses?.map(({ ip }) => ip),
    ["10.0.0.0"],
  );
  assert.equal(subsetsOf(reachable, 5).isTruncated, false);
});

const pod = (name: string) => ({
  metadata: { name, namespace: "default", labels },
  spec: { containers: [container], nodeName: "board-1" },
});

test("endpoints follow their pods, go with their service, and foreign ones stay", async () => {
  const { cache, create, objects, rest, run } = await aCluster([endpointsController]);
  await create(nodeKind, { metadata: { name: "board-1" }, spec: {} });
  await create(endpointsKind, { metadata: { name: "other", namespace: "default" } });
  await create(serviceKind, {
    metadata: { name: "web", namespace: "default" },
    spec: { selector: labels, ports },
  });
  const get = () => cache.get(endpointsKind, "default", "web");
  assert.deepEqual(get()?.subsets, undefined);
  await create(podKind, pod("a"));
  await objects.patch(
    podKind,
    { namespace: "default", name: "a" },
    { status: { podIP: "10.0.0.1", podIPs: [{ ip: "10.0.0.1" }] } },
    "status",
  );
  await rest();
  assert.deepEqual(told(get() ?? assert.fail()), [
    { ready: [], notReady: ["10.0.0.1"], ports: ["http:8080"] },
  ]);
  await run();
  assert.deepEqual(told(get() ?? assert.fail())[0]?.ready, ["10.0.0.1"]);
  await objects.patch(
    nodeKind,
    { name: "board-1" },
    { status: { conditions: [{ type: "Ready", status: "Unknown" }] } },
    "status",
  );
  await rest();
  assert.deepEqual(told(get() ?? assert.fail())[0]?.notReady, ["10.0.0.1"]);
  await objects.delete(endpointsKind, { namespace: "default", name: "web" });
  await rest();
  assert.notEqual(get(), undefined);
  await objects.delete(serviceKind, { namespace: "default", name: "web" });
  await rest();
  assert.equal(get(), undefined);
  assert.notEqual(cache.get(endpointsKind, "default", "other"), undefined);
});
