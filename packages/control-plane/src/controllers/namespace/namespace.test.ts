/** Namespaces: furnished when they come, empty when they go. */
import assert from "node:assert/strict";
import { test } from "node:test";
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
import { aDeployment } from "../testing/builders.ts";
import { aCluster } from "../testing/cluster.ts";
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
  const { objects, create, cache, room, rest, names } = await aRoom();
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
  const [content, finalizers] = room()?.status?.conditions ?? [];
  assert.match(content?.message ?? "", /secrets\. has 1 resource instances/);
  assert.match(finalizers?.message ?? "", /test\/held in 1 resource instances/);
  await objects.patch(secretKind, { namespace: "shop", name: "key" }, { metadata: { finalizers: [] } });
  await rest();
  assert.equal(room(), undefined);
});

test("an empty namespace goes at once", async () => {
  const { objects, room, rest } = await aRoom();
  await objects.delete(namespaceKind, { name: "shop" });
  await rest();
  assert.equal(room(), undefined);
});
