/** Namespaces: furnished when they come, empty when they go. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Namespace } from "@kubus/shared/api/core.ts";
import type { Condition, KubeObject } from "@kubus/shared/api/meta.ts";
import { eventTable } from "@kubus/shared/testing/event-table.ts";
import {
  configMapKind,
  deploymentKind,
  namespaceKind,
  podKind,
  secretKind,
  serviceAccountKind,
  serviceKind,
} from "../../kinds/index.ts";
import { bootstrapController } from "../bootstrap/controller.ts";
import { firstAddress } from "../bootstrap/first-address.ts";
import { deploymentController } from "../deployment/controller.ts";
import { garbageController } from "../garbage/controller.ts";
import { replicaSetController } from "../replicaset/controller.ts";
import { aDeployment, aMeta, at, start } from "../testing/builders.ts";
import { aCluster } from "../testing/cluster.ts";
import { aLife } from "../testing/life.ts";
import { classify } from "./classify.ts";
import { reconcile } from "./deletion.ts";
import { namespaceMachine } from "./namespace.machine.ts";
import { namespaceController } from "./controller.ts";
import { namespaceFurnitureController } from "./furniture.ts";

const ca = "-----BEGIN CERTIFICATE-----\n";
const all = [
  bootstrapController({ serviceCidr: "10.96.0.0/16", apiPort: 6443 }),
  namespaceController,
  namespaceFurnitureController(ca),
  deploymentController,
  replicaSetController,
  garbageController,
];

async function aRoom() {
  const cluster = await aCluster(all);
  await cluster.create(namespaceKind, { metadata: { name: "shop" } });
  return { ...cluster, room: () => cluster.cache.get(namespaceKind, undefined, "shop") };
}

test("a cluster is born with its namespaces and the API's service, and gets them back", async () => {
  const cluster = await aCluster(all);
  await cluster.rest();
  await cluster.advance(0);
  assert.deepEqual(cluster.names(namespaceKind), [
    "default",
    "kube-node-lease",
    "kube-public",
    "kube-system",
  ]);
  const service = () => cluster.cache.get(serviceKind, "default", "kubernetes");
  assert.equal(service()?.spec.clusterIP, "10.96.0.1");
  await cluster.objects.delete(serviceKind, { namespace: "default", name: "kubernetes" });
  await cluster.rest();
  assert.equal(service()?.spec.clusterIP, "10.96.0.1");
});

test("the first address of a range is the API's", () => {
  assert.equal(firstAddress("10.96.0.0/16"), "10.96.0.1");
  assert.equal(firstAddress("10.96.7.9/29"), "10.96.7.9");
  for (const bad of ["10.96.0.0", "10.96.0.0/31", "10.300.0.0/16", "fd00::/64", ""]) {
    assert.throws(() => firstAddress(bad), /not an IPv4 range/, bad);
  }
});

test("every namespace has its account and the cluster's CA, and gets them back", async () => {
  const { cache, objects, rest } = await aRoom();
  const target = { namespace: "shop", name: "kube-root-ca.crt" };
  assert.notEqual(cache.get(serviceAccountKind, "shop", "default"), undefined);
  await objects.patch(configMapKind, target, { data: { "ca.crt": "forged" } });
  await rest();
  assert.equal(cache.get(configMapKind, "shop", target.name)?.data?.["ca.crt"], ca);
  await objects.delete(configMapKind, target);
  await objects.delete(serviceAccountKind, { namespace: "shop", name: "default" });
  await rest();
  assert.notEqual(cache.get(configMapKind, "shop", target.name), undefined);
  assert.notEqual(cache.get(serviceAccountKind, "shop", "default"), undefined);
});

test("INVARIANT: a namespace goes with all that is in it, and only when nothing is left", async () => {
  const { objects, create, cache, room, rest, names, stateOf } = await aRoom();
  await create(deploymentKind, {
    metadata: { name: "web", namespace: "shop" },
    spec: aDeployment("web").spec,
  });
  await create(secretKind, { metadata: { name: "key", namespace: "shop", finalizers: ["test/held"] } });
  assert.equal(cache.list(podKind, "shop").length, 3);
  await objects.delete(namespaceKind, { name: "shop" });
  await rest();
  assert.deepEqual(names(podKind, "shop"), []);
  assert.deepEqual(names(secretKind, "shop"), ["key"]);
  assert.equal(room()?.status?.phase, "Terminating");
  assert.deepEqual(
    room()?.status?.conditions?.map(({ type, status, reason, message }) => [type, status, reason, message]),
    [
      [
        "NamespaceDeletionDiscoveryFailure",
        "False",
        "ResourcesDiscovered",
        "All resources successfully discovered",
      ],
      [
        "NamespaceDeletionGroupVersionParsingFailure",
        "False",
        "ParsedGroupVersions",
        "All legacy kube types successfully parsed",
      ],
      [
        "NamespaceDeletionContentFailure",
        "False",
        "ContentDeleted",
        "All content successfully deleted, may be waiting on finalization",
      ],
      [
        "NamespaceContentRemaining",
        "True",
        "SomeResourcesRemain",
        "Some resources are remaining: secrets. has 1 resource instances",
      ],
      [
        "NamespaceFinalizersRemaining",
        "True",
        "SomeFinalizersRemain",
        "Some content in the namespace has finalizers remaining: test/held in 1 resource instances",
      ],
    ],
  );
  assert.equal(stateOf("namespace shop"), "awaitingFinalizers");
  await objects.patch(secretKind, { namespace: "shop", name: "key" }, { metadata: { finalizers: [] } });
  await rest();
  assert.equal(room(), undefined);
  assert.equal(stateOf("namespace shop"), undefined);
});

test("an empty namespace goes at once", async () => {
  const { objects, room, rest } = await aRoom();
  await objects.delete(namespaceKind, { name: "shop" });
  await rest();
  assert.equal(room(), undefined);
});

/** A room with a pod that runs on a board, and a ConfigMap that it reads. */
async function aLivelyRoom() {
  const cluster = await aRoom();
  await cluster.create(configMapKind, { metadata: { name: "settings", namespace: "shop" } });
  await cluster.create(podKind, {
    metadata: { name: "web", namespace: "shop", finalizers: ["test/held"] },
    spec: { containers: [{ name: "main", image: "host/sleep" }], nodeName: "board-1" },
  });
  return { ...cluster, pod: { namespace: "shop", name: "web" } };
}

test("pods go first with their grace; what they need while they end goes after them", async () => {
  const cluster = await aLivelyRoom();
  await cluster.objects.delete(namespaceKind, { name: "shop" });
  await cluster.rest();
  const pod = cluster.cache.get(podKind, "shop", "web");
  assert.equal(pod?.metadata.deletionGracePeriodSeconds, 30);
  assert.deepEqual(cluster.names(configMapKind, "shop"), ["kube-root-ca.crt", "settings"]);
  assert.equal(cluster.stateOf("namespace shop"), "endingPods");
  assert.match(cluster.whyOf("namespace shop"), /pods\. has 1 resource instances/);
  await cluster.objects.patch(podKind, cluster.pod, { metadata: { finalizers: [] } });
  await cluster.objects.delete(podKind, cluster.pod, { gracePeriodSeconds: 0 });
  await cluster.rest();
  assert.equal(cluster.room(), undefined);
});

test("what cannot be deleted is told, until it can", () => {
  const room = { ...aNamespace(), spec: { finalizers: ["kubernetes"] } };
  const object = { apiVersion: "v1", kind: "Secret", metadata: aMeta("key", { namespace: "shop" }) };
  const plan = reconcile({
    namespace: room,
    contents: [{ kind: secretKind, objects: [object] }],
    now: start,
  });
  const report = plan.effects.at(-1);
  assert.ok(report?.type === "reportStatus");
  const failed = report.statusAfter({ effect: "delete", message: "the webhook said no" });
  const { conditions } = failed as { conditions: readonly Condition[] };
  const { status, reason, message } = conditions[2] ?? assert.fail();
  assert.deepEqual(
    [status, reason, message],
    [
      "True",
      "ContentDeletionFailed",
      "Failed to delete all resource types, 1 remaining: the webhook said no",
    ],
  );
});

const aNamespace = (): Namespace => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { ...aMeta("shop"), deletionTimestamp: at(0) },
});

const roads: Readonly<
  Record<string, (cluster: Awaited<ReturnType<typeof aLivelyRoom>>) => Promise<unknown>>
> = {
  active: () => Promise.resolve(),
  endingPods: async ({ objects }) => objects.delete(namespaceKind, { name: "shop" }),
  awaitingFinalizers: async ({ objects, pod }) => {
    await objects.patch(configMapKind, { namespace: "shop", name: "settings" }, held);
    await objects.patch(podKind, pod, { metadata: { finalizers: [] } });
    await objects.delete(podKind, pod, { gracePeriodSeconds: 0 });
    await objects.delete(namespaceKind, { name: "shop" });
  },
  held: async ({ objects, pod }) => {
    await objects.patch(namespaceKind, { name: "shop" }, held);
    await objects.patch(podKind, pod, { metadata: { finalizers: [] } });
    await objects.delete(podKind, pod, { gracePeriodSeconds: 0 });
    await objects.delete(namespaceKind, { name: "shop" });
  },
};
const held = { metadata: { finalizers: ["test/held"] } };

for (const [state, road] of Object.entries(roads)) {
  test(`a new leader finds a namespace that is ${state} to be so again`, async () => {
    const cluster = await aLivelyRoom();
    await road(cluster);
    await cluster.rest();
    assert.equal(cluster.stateOf("namespace shop"), state);
    await cluster.takeOver();
    assert.equal(cluster.stateOf("namespace shop"), state);
  });
}

test("what is left decides how far a namespace has come", () => {
  const room = { ...aNamespace(), spec: { finalizers: ["kubernetes"] } };
  const key = { apiVersion: "v1", kind: "Secret", metadata: aMeta("key", { namespace: "shop" }) };
  const look = (objects: readonly KubeObject[]) =>
    classify({ namespace: room, contents: [{ kind: secretKind, objects }], now: start })?.type;
  assert.equal(look([key]), "content.remains");
  assert.equal(look([]), "content.removed");
  const going = { ...key, metadata: { ...key.metadata, deletionTimestamp: at(0), finalizers: ["a/b"] } };
  assert.equal(look([going]), "finalizers.remain");
  assert.equal(look([going, key]), "content.remains");
});

test("the chart of a namespace's life", () => {
  const life = aLife(namespaceMachine);
  for (const type of ["namespace.alive", "pods.remain", "content.remains", "content.removed"])
    life.look({ type });
  assert.equal(life.trace(), "unseen → active → endingPods → emptying → leaving");
  const to = {
    "namespace.alive": "active",
    "pods.remain": "endingPods",
    "content.remains": "emptying",
    "finalizers.remain": "awaitingFinalizers",
    "content.removed": "leaving",
    "namespace.held": "held",
  };
  const events = Object.fromEntries(Object.keys(to).map((type) => [type, { type }]));
  const states = Object.values(to);
  const row = (state: string) =>
    `${state}: ${Object.entries(to)
      .map(([event, next]) => `${event} → ${next === state ? "·" : next}`)
      .join(", ")}`;
  assert.deepEqual(eventTable({ machine: namespaceMachine, input: {}, events, states }), states.map(row));
});
