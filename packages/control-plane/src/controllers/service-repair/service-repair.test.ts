import assert from "node:assert/strict";
import { test } from "node:test";
import type { Service } from "@kubus/shared/api/core.ts";
import { ipAddressOf } from "../../api/admission/service-cluster-ip.ts";
import { without } from "../../api/without.ts";
import { formatKey } from "../../store/key.ts";
import { ipAddressKind, serviceCidrKind, serviceKind } from "../../kinds/index.ts";
import { aCluster, type Cluster } from "../testing/cluster.ts";
import { serviceRepairController } from "./controller.ts";

const namespace = "default";
const repaired = () => aCluster([serviceRepairController("10.96.0.0/16")]);
const aService = (name: string, spec: object = {}) => ({
  metadata: { name, namespace },
  spec: { ports: [{ port: 80 }], ...spec },
});
const addresses = ({ names }: Cluster) => names(ipAddressKind);

test("the cluster's own range is an object, and ready", async () => {
  const cluster = await repaired();
  await cluster.rest();
  const range = cluster.cache.get(serviceCidrKind, undefined, "kubernetes");
  assert.deepEqual(range?.spec?.cidrs, ["10.96.0.0/16"]);
  assert.deepEqual(
    range.status?.conditions?.map(({ type, status }) => [type, status]),
    [["Ready", "True"]],
  );
});

test("a range that somebody adds gives addresses when the first one is full", async () => {
  const cluster = await repaired();
  await cluster.create(serviceCidrKind, { metadata: { name: "more" }, spec: { cidrs: ["10.97.0.0/24"] } });
  const service = await cluster.create(serviceKind, aService("web", { clusterIP: "10.97.0.9" }));
  assert.equal(service.spec.clusterIP, "10.97.0.9");
  assert.deepEqual(addresses(cluster), ["10.97.0.9"]);
});

test("an address that nobody holds goes, once its service cannot come any more", async () => {
  const cluster = await repaired();
  await cluster.create(ipAddressKind, ipAddressOf("10.96.1.1", { namespace, name: "never" }));
  await cluster.advance(59_000);
  assert.deepEqual(addresses(cluster), ["10.96.1.1"]);
  await cluster.advance(2_000);
  assert.deepEqual(addresses(cluster), []);
});

test("an address that is not known as one is made known", async () => {
  const cluster = await repaired();
  await cluster.create(serviceKind, aService("web", { clusterIP: "10.96.1.1" }));
  await cluster.objects.delete(ipAddressKind, { name: "10.96.1.1" });
  await cluster.rest();
  assert.deepEqual(addresses(cluster), ["10.96.1.1"]);
});

test("what two servers gave to two services is told, to the younger one", async () => {
  const cluster = await repaired();
  const spec = { type: "NodePort", clusterIP: "10.96.1.1", ports: [{ port: 80, nodePort: 30_080 }] };
  const first = await cluster.create(serviceKind, aService("first", spec));
  await cluster.advance(2_000);
  const renamed = { name: "second", uid: "second", creationTimestamp: "2099-01-01T00:00:00Z" };
  const metadata = without({ ...first.metadata, ...renamed }, "resourceVersion") as Service["metadata"];
  const key = formatKey({ ...serviceKind, namespace, name: "second" });
  await cluster.stores.durable.create(key, { ...first, metadata });
  await cluster.rest();
  assert.deepEqual(cluster.events("ClusterIPAlreadyAllocated"), [
    "Cluster IP [IPv4]: 10.96.1.1 was assigned to multiple services; please recreate service",
  ]);
  assert.deepEqual(cluster.events("PortAlreadyAllocated"), [
    "Port 30080 was assigned to multiple services; please recreate service",
  ]);
  assert.deepEqual(addresses(cluster), ["10.96.1.1"]);
});
