/** Endpoint slices: what each pod is fit for, spread over slices with few writes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Service } from "@kubus/shared/api/core.ts";
import type { Endpoint, EndpointSlice } from "@kubus/shared/api/discovery.ts";
import type { Pod } from "@kubus/shared/api/pod.ts";
import type { Node } from "@kubus/shared/api/node.ts";
import { endpointSliceKind, endpointsKind, nodeKind, podKind, serviceKind } from "../../kinds/index.ts";
import { garbageController } from "../garbage/controller.ts";
import type { Effect } from "../engine/plan.ts";
import { aMeta, aNode, aPod, at, type PodOptions } from "../testing/builders.ts";
import { aCluster } from "../testing/cluster.ts";
import { endpointSliceController } from "./controller.ts";
import { mirror } from "./mirror.ts";
import { endpointSliceMirroringController } from "./mirror-controller.ts";
import { pack } from "./packing.ts";
import { reconcile } from "./reconcile.ts";

const labels = { app: "web" };
const ports = [{ port: 80, targetPort: 8080, protocol: "TCP" as const }];
const aService = (spec: Partial<Service["spec"]> = {}): Service => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: aMeta("web", { labels }),
  spec: { selector: labels, ports, ...spec },
});
const board = aNode("board-1", {
  meta: { labels: { "topology.kubernetes.io/zone": "attic" } },
  status: { conditions: [{ type: "Ready", status: "True" }] },
});
const lost: Node = { ...board, status: { conditions: [{ type: "Ready", status: "Unknown" }] } };
const aMember = (i: number, options: PodOptions & { ready?: boolean; node?: Node } = {}) => {
  const { ready = true, node = board, ...more } = options;
  const pod: Pod = aPod(`pod-${i}`, {
    ...more,
    spec: { nodeName: "board-1", ...more.spec },
    status: {
      phase: "Running",
      podIPs: [{ ip: `10.0.${Math.floor(i / 256)}.${i % 256}` }],
      conditions: [{ type: "Ready", status: ready ? "True" : "False", lastTransitionTime: at(5) }],
    },
  });
  return { pod, node };
};
const members = (count: number) => Array.from({ length: count }, (_, i) => aMember(i + 1));

/** The slices as they are after a plan. */
function after(slices: readonly EndpointSlice[], effects: readonly Effect[]): readonly EndpointSlice[] {
  let next = [...slices];
  for (const effect of effects) {
    if (effect.type === "create") {
      const name = `web-${next.length}-${Math.floor(effects.indexOf(effect))}`;
      next.push({
        ...(effect.object as EndpointSlice),
        metadata: { ...aMeta(name), ...effect.object.metadata },
      });
    } else if (effect.type === "delete") {
      next = next.filter(({ metadata }) => metadata.name !== effect.target.name);
    } else if (effect.type === "patch") {
      const { endpoints, ports: numbers } = effect.patch as Partial<EndpointSlice>;
      next = next.map((slice) =>
        slice.metadata.name === effect.target.name
          ? { ...slice, endpoints: endpoints ?? slice.endpoints ?? [], ports: numbers ?? slice.ports ?? [] }
          : slice,
      );
    }
  }
  return next;
}
const typesOf = (effects: readonly Effect[]) => effects.map(({ type }) => type);
const plan = (view: Partial<Parameters<typeof reconcile>[0]>) =>
  reconcile({ service: aService(), slices: [], members: [], ...view }).effects;
const endpointsIn = (slices: readonly EndpointSlice[]) => slices.flatMap(({ endpoints = [] }) => endpoints);

test("an endpoint says what its pod is fit for, and where it is", () => {
  const [slice] = after([], plan({ members: [aMember(1)] }));
  assert.deepEqual(slice?.endpoints, [
    {
      addresses: ["10.0.0.1"],
      conditions: { ready: true, serving: true, terminating: false },
      targetRef: { kind: "Pod", namespace: "default", name: "pod-1", uid: "uid-pod-1" },
      nodeName: "board-1",
      zone: "attic",
    },
  ]);
  assert.deepEqual(slice.ports, [{ name: "", protocol: "TCP", port: 8080 }]);
  assert.deepEqual(slice.metadata.labels, {
    ...labels,
    "kubernetes.io/service-name": "web",
    "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
  });
  const [owner] = slice.metadata.ownerReferences ?? [];
  assert.deepEqual([owner?.kind, owner?.name, owner?.controller], ["Service", "web", true]);
  assert.equal(slice.metadata.generateName, "web-");
});

test("pods that end still serve, those of a lost board do not, others are not ready", () => {
  const conditions = (member: ReturnType<typeof aMember>, spec: Partial<Service["spec"]> = {}) =>
    endpointsIn(after([], plan({ service: aService(spec), members: [member] })))[0]?.conditions;
  const ending = { meta: { deletionTimestamp: at(9) } };
  assert.deepEqual(conditions(aMember(1, ending)), { ready: false, serving: true, terminating: true });
  assert.deepEqual(conditions(aMember(1, { ...ending, node: lost })), {
    ready: false,
    serving: false,
    terminating: true,
  });
  assert.deepEqual(conditions(aMember(1, { ready: false })), {
    ready: false,
    serving: false,
    terminating: false,
  });
  assert.deepEqual(conditions(aMember(1, { node: lost })), {
    ready: false,
    serving: false,
    terminating: false,
  });
  const all = { publishNotReadyAddresses: true };
  assert.deepEqual(conditions(aMember(1, { ready: false }), all), {
    ready: true,
    serving: false,
    terminating: false,
  });
});

test("a slice has a hundred endpoints at most, and nothing is written twice", () => {
  const slices = after([], plan({ members: members(250) }));
  assert.deepEqual(
    slices.map(({ endpoints = [] }) => endpoints.length),
    [100, 100, 50],
  );
  assert.deepEqual(plan({ slices, members: members(250) }), []);
});

test("one pod that changes costs one write, of one slice", () => {
  const slices = after([], plan({ members: members(250) }));
  const changed = members(250).map((member, i) => (i === 120 ? aMember(121, { ready: false }) : member));
  const effects = plan({ slices, members: changed });
  assert.deepEqual(typesOf(effects), ["patch"]);
  assert.equal(
    endpointsIn(after(slices, effects)).filter(({ conditions }) => conditions?.ready === false).length,
    1,
  );
});

test("a pod that is replaced is replaced in its slice", () => {
  const slices = after([], plan({ members: members(250) }));
  const effects = plan({ slices, members: [...members(250).slice(1), aMember(251)] });
  assert.deepEqual(typesOf(effects), ["patch"]);
  assert.equal(endpointsIn(after(slices, effects)).length, 250);
});

test("a service without endpoints has one slice that says so", () => {
  const slices = after([], plan({}));
  assert.deepEqual(
    slices.map(({ endpoints, ports: none }) => [endpoints, none]),
    [[[], []]],
  );
  assert.deepEqual(plan({ slices }), []);
  const filled = after(slices, plan({ slices, members: members(1) }));
  assert.deepEqual(
    filled.map(({ endpoints = [] }) => endpoints.length),
    [1],
  );
  const emptied = after(filled, plan({ slices: filled }));
  assert.deepEqual(
    emptied.map(({ endpoints = [] }) => endpoints.length),
    [0],
  );
});

test("other numbers of ports make another slice of the one that nobody needs any more", () => {
  const slices = after([], plan({ members: members(2) }));
  const moved = aService({ ports: [{ port: 80, targetPort: 9090 }] });
  const effects = plan({ service: moved, slices, members: members(2) });
  assert.deepEqual(typesOf(effects), ["patch"]);
  assert.equal(after(slices, effects)[0]?.ports?.[0]?.port, 9090);
});

test("of many pods with two sorts of ports each has its slice, and surplus slices go", () => {
  const named = aService({ ports: [{ port: 80, targetPort: "web" }] });
  const withPort = (i: number, containerPort: number) =>
    aMember(i, {
      spec: { containers: [{ name: "main", image: "a", ports: [{ name: "web", containerPort }] }] },
    });
  const mixed = [withPort(1, 80), withPort(2, 81), withPort(3, 80)];
  const slices = after([], plan({ service: named, members: mixed }));
  assert.deepEqual(
    slices.map(({ endpoints = [] }) => endpoints.length),
    [2, 1],
  );
  assert.deepEqual(plan({ service: named, slices, members: mixed }), []);
  const effects = plan({ service: named, slices, members: mixed.slice(0, 1) });
  assert.deepEqual(typesOf(effects), ["patch", "delete"]);
});

test("both families have slices of their own", () => {
  const { pod, node } = aMember(1);
  const both = { ...pod, status: { ...pod.status, podIPs: [{ ip: "10.0.0.1" }, { ip: "fd00::1" }] } };
  const service = aService({ ipFamilies: ["IPv4", "IPv6"] });
  const slices = after([], plan({ service, members: [{ pod: both, node }] }));
  assert.deepEqual(
    slices.map(({ addressType, endpoints = [] }) => [addressType, endpoints[0]?.addresses]),
    [
      ["IPv4", ["10.0.0.1"]],
      ["IPv6", ["fd00::1"]],
    ],
  );
});

test("labels that somebody takes away come back", () => {
  const [slice] = after([], plan({ members: members(1) }));
  assert.ok(slice);
  const bare = { ...slice, metadata: { ...slice.metadata, labels: { "kubernetes.io/service-name": "web" } } };
  assert.deepEqual(typesOf(plan({ slices: [bare], members: members(1) })), ["patch"]);
});

test("packing fills what is written anyway, then the fullest", () => {
  const endpoint = (i: number, ready = true): Endpoint => ({
    addresses: [`10.0.0.${i}`],
    conditions: { ready },
  });
  const of = (...numbers: number[]) => ({ endpoints: numbers.map((i) => endpoint(i)) });
  const packed = pack(
    [of(1), of(2, 3), of(4)],
    [1, 2, 3, 4, 5].map((i) => endpoint(i, i !== 4)),
    3,
  );
  assert.deepEqual(
    packed.changed.map(({ endpoints }) => endpoints.length),
    [2],
  );
  assert.equal(packed.unchanged.length, 2);
  const fullest = pack(
    [of(1), of(2, 3)],
    [1, 2, 3, 6].map((i) => endpoint(i)),
    3,
  );
  assert.deepEqual(
    fullest.changed.map(({ endpoints }) => endpoints.length),
    [3],
  );
  assert.deepEqual(pack([], [], 3).added, []);
});

test("Endpoints that are kept by hand are mirrored, unless they say no", () => {
  const endpoints = {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: aMeta("db", { annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}" } }),
    subsets: [
      {
        addresses: [{ ip: "192.168.1.9" }, { ip: "fd00::9" }],
        notReadyAddresses: [{ ip: "192.168.1.8" }],
        ports: [{ port: 5432, protocol: "TCP" as const }],
      },
      { addresses: [{ ip: "192.168.1.7" }], ports: [{ port: 5432 }] },
    ],
  };
  const service = { ...aService(), metadata: aMeta("db"), spec: { ports } };
  const slices = after([], mirror({ service, endpoints, slices: [] }).effects);
  const shown = slices.map(({ addressType, endpoints: all = [] }) => [
    addressType,
    all.map(({ addresses, conditions }) => `${addresses.join()} ${String(conditions?.ready)}`),
  ]);
  assert.deepEqual(shown, [
    ["IPv4", ["192.168.1.9 true", "192.168.1.8 false", "192.168.1.7 true"]],
    ["IPv6", ["fd00::9 true"]],
  ]);
  assert.equal(
    slices[0]?.metadata.labels?.["endpointslice.kubernetes.io/managed-by"],
    "endpointslicemirroring-controller.k8s.io",
  );
  assert.equal(slices[0].metadata.annotations, undefined);
  assert.equal(slices[0].metadata.ownerReferences?.[0]?.kind, "Endpoints");
  assert.deepEqual(mirror({ service, endpoints, slices }).effects, []);
  const skipped = {
    ...endpoints,
    metadata: aMeta("db", { labels: { "endpointslice.kubernetes.io/skip-mirror": "true" } }),
  };
  assert.deepEqual(typesOf(mirror({ service, endpoints: skipped, slices }).effects), ["delete", "delete"]);
  assert.deepEqual(mirror({ service: aService(), endpoints, slices: [] }).effects, []);
});

test("slices follow their pods and go with their service; those kept by hand are mirrored", async () => {
  const all = [endpointSliceController, endpointSliceMirroringController, garbageController];
  const { cache, create, objects, rest, run, advance } = await aCluster(all);
  const slices = (name: string) =>
    cache
      .list(endpointSliceKind, "default")
      .filter(({ metadata }) => metadata.labels?.["kubernetes.io/service-name"] === name);
  await create(nodeKind, { metadata: { name: "board-1" }, spec: {} });
  await create(serviceKind, {
    metadata: { name: "web", namespace: "default" },
    spec: { selector: labels, ports },
  });
  await create(podKind, {
    metadata: { name: "a", namespace: "default", labels },
    spec: { containers: [{ name: "main", image: "a" }], nodeName: "board-1" },
  });
  assert.deepEqual(endpointsIn(slices("web")), []);
  await objects.patch(
    podKind,
    { namespace: "default", name: "a" },
    { status: { podIP: "10.0.0.1", podIPs: [{ ip: "10.0.0.1" }] } },
    "status",
  );
  await run();
  const [before] = slices("web");
  assert.deepEqual(endpointsIn(slices("web"))[0]?.conditions, {
    ready: true,
    serving: true,
    terminating: false,
  });
  await objects.patch(
    nodeKind,
    { name: "board-1" },
    { status: { conditions: [{ type: "Ready", status: "Unknown" }] } },
    "status",
  );
  await rest();
  assert.equal(endpointsIn(slices("web"))[0]?.conditions?.ready, false);
  const [later, ...more] = slices("web");
  assert.deepEqual(more, [], "a change is written into the slice that there is");
  assert.equal(later?.metadata.uid, before?.metadata.uid);
  assert.deepEqual(later?.metadata.labels, before?.metadata.labels);
  assert.deepEqual(later?.ports, before?.ports);

  await create(serviceKind, { metadata: { name: "db", namespace: "default" }, spec: { ports } });
  await create(endpointsKind, {
    metadata: { name: "db", namespace: "default" },
    subsets: [{ addresses: [{ ip: "192.168.1.9" }], ports: [{ port: 5432 }] }],
  });
  assert.deepEqual(
    endpointsIn(slices("db")).map(({ addresses }) => addresses),
    [["192.168.1.9"]],
  );

  await objects.delete(serviceKind, { namespace: "default", name: "web" });
  await objects.delete(endpointsKind, { namespace: "default", name: "db" });
  await advance(60_000);
  assert.deepEqual([slices("web"), slices("db")], [[], []]);
});
