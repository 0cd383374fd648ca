/** The Service `kubernetes` leads to the API. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { endpointSliceKind, endpointsKind } from "../../kinds/index.ts";
import { endpointsController } from "../endpoints/controller.ts";
import { endpointSliceController } from "../endpointslice/controller.ts";
import { endpointSliceMirroringController } from "../endpointslice/mirror-controller.ts";
import { aCluster } from "../testing/cluster.ts";
import { keepApiEndpoints } from "./api-endpoints.ts";
import { bootstrapController } from "./controller.ts";

const options = { serviceCidr: "10.96.0.0/16", apiPort: 6443, apiAddress: "10.77.0.1" };

test("both forms tell the address, and are put right again", async () => {
  const others = [endpointsController, endpointSliceController, endpointSliceMirroringController];
  const { cache, objects, rest, advance } = await aCluster([bootstrapController(options), ...others]);
  await advance(0);
  const subsets = () => cache.get(endpointsKind, "default", "kubernetes")?.subsets;
  const slice = () => cache.get(endpointSliceKind, "default", "kubernetes");
  const right = [
    { addresses: [{ ip: "10.77.0.1" }], ports: [{ name: "https", port: 6443, protocol: "TCP" }] },
  ];
  assert.deepEqual(subsets(), right);
  assert.deepEqual(slice()?.endpoints, [{ addresses: ["10.77.0.1"], conditions: { ready: true } }]);
  assert.equal(slice()?.metadata.labels?.["kubernetes.io/service-name"], "kubernetes");
  assert.equal(cache.list(endpointSliceKind, "default").length, 1);
  const target = { namespace: "default", name: "kubernetes" };
  await objects.patch(endpointsKind, target, { subsets: null });
  await objects.patch(endpointSliceKind, target, { endpoints: [] });
  await rest();
  assert.deepEqual(subsets(), right);
  assert.equal(slice()?.endpoints?.length, 1);
});

test("an address that only the server itself can use is not told", () => {
  const view = { apiPort: 6443, endpoints: undefined, slice: undefined };
  assert.deepEqual(keepApiEndpoints({ ...view, apiAddress: "127.0.0.1" }), []);
  assert.deepEqual(keepApiEndpoints(view), []);
  assert.equal(keepApiEndpoints({ ...view, apiAddress: "fd00::1" }).length, 2);
});
