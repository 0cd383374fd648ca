/** Addresses and node ports of services when a server dies at any write: nothing is lost for ever, nothing is given twice. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Service } from "@kubus/shared/api/core.ts";
import type { IpAddress } from "@kubus/shared/api/networking.ts";
import { clusterIpsOf, nodePortsOf, specOf } from "../../api/admission/service-needs.ts";
import { ipAddressKind, serviceKind } from "../../kinds/index.ts";
import { aCluster, type Cluster } from "../testing/cluster.ts";
import { serviceRepairController } from "./controller.ts";
import { youngMs } from "./reconcile.ts";

const namespace = "default";
const aService = (name: string, type: "NodePort" | "ClusterIP" | "LoadBalancer" = "NodePort") => ({
  metadata: { name, namespace },
  spec: { type, ports: [{ port: 80 }] },
});

/** What people do with services, one request after the other. Those that die are not tried again. */
const requests: readonly ((cluster: Cluster) => Promise<unknown>)[] = [
  ({ objects }) => objects.create(serviceKind, aService("a")),
  ({ objects }) => objects.create(serviceKind, aService("b", "ClusterIP")),
  ({ objects }) => objects.patch(serviceKind, { namespace, name: "b" }, { spec: { type: "NodePort" } }),
  ({ objects }) =>
    objects.patch(
      serviceKind,
      { namespace, name: "a" },
      { spec: { type: "ExternalName", externalName: "x.org", clusterIP: null, clusterIPs: null } },
    ),
  ({ objects }) => objects.delete(serviceKind, { namespace, name: "b" }),
  ({ objects }) => objects.create(serviceKind, aService("c", "LoadBalancer")),
];

async function live(write: number, moment: "before" | "after") {
  const cluster = await aCluster([serviceRepairController("10.96.0.0/16")]);
  await cluster.rest();
  cluster.stores.durable.crashAt(write, moment);
  for (const request of requests) {
    await request(cluster).catch(() => undefined); // A server that dies answers nobody.
    await cluster.rest();
    if (cluster.stores.durable.isDead()) await cluster.takeOver();
  }
  await cluster.advance(youngMs + 1_000);
  return cluster;
}

/** Every address has one holder, every holder's address is known, every node port is one service's. */
function check({ cache }: Cluster, when: string): void {
  const services = cache.list<Service>(serviceKind).map((service) => specOf(service));
  const held = services.flatMap(clusterIpsOf);
  assert.equal(new Set(held).size, held.length, `an address of two services, ${when}`);
  const known = cache.list<IpAddress>(ipAddressKind).map(({ metadata }) => metadata.name);
  assert.deepEqual(known.toSorted(), held.toSorted(), `addresses that leaked or are not known, ${when}`);
  const ports = services.flatMap((spec) => [...new Set(nodePortsOf(spec))]);
  assert.equal(new Set(ports).size, ports.length, `a node port of two services, ${when}`);
}

for (const moment of ["before", "after"] as const) {
  test(`a server that dies ${moment} any of its writes leaks no address and gives none twice`, async () => {
    let write = 1;
    for (; write < 100; write += 1) {
      const cluster = await live(write, moment);
      check(cluster, `dead ${moment} write ${write}`);
      // Not dead: there are no more writes to die at.
      if (cluster.stores.durable.deaths() === 0) break;
    }
    assert.ok(write >= 10 && write < 100, `${write} writes were tried`);
  });
}
