/** Kinds of v1 that are more than stored objects: what is asked of the server itself, and what it adds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ComponentStatus } from "@kubus/shared/api/core.ts";
import { aPod, anApi, type World } from "./testing/world.ts";

const namespace = "/api/v1/namespaces/default";
const table = "application/json;as=Table;v=v1;g=meta.k8s.io";
const binding = (metadata: object, target: object) => ({
  apiVersion: "v1",
  kind: "Binding",
  metadata,
  target,
});
const toNode = { apiVersion: "v1", kind: "Node", name: "board-1" };

async function withPod(): Promise<World> {
  const world = await anApi();
  assert.equal((await world.ask("POST", `${namespace}/pods`, { body: aPod("web") })).status, 201);
  return world;
}

test("a binding by name does what a binding of a pod does", async () => {
  const { ask } = await withPod();
  const bound = await ask("POST", `${namespace}/bindings`, { body: binding({ name: "web" }, toNode) });
  assert.equal(bound.status, 201, bound.text);
  const { json } = await ask("GET", `${namespace}/pods/web`);
  assert.equal(json.spec.nodeName, "board-1");
  const again = await ask("POST", `${namespace}/pods/web/binding`, { body: binding({}, toNode) });
  assert.equal(again.status, 409);
});

test("a binding names a node, and the pod that the path names", async () => {
  const { ask } = await withPod();
  const wrong = await ask("POST", `${namespace}/pods/web/binding`, { body: binding({}, { kind: "Shelf" }) });
  assert.deepEqual(
    (wrong.json.details.causes ?? []).map(({ reason, field }) => `${reason} ${field}`),
    ["FieldValueNotSupported target.kind", "FieldValueRequired target.name"],
  );
  const other = await ask("POST", `${namespace}/pods/web/binding`, {
    body: binding({ name: "db" }, toNode),
  });
  assert.equal(other.status, 400);
  assert.equal((await ask("GET", `${namespace}/bindings`)).status, 405);
});

test("a pod that waits at a gate is not bound", async () => {
  const { ask } = await anApi();
  await ask("POST", `${namespace}/pods`, {
    body: aPod("web", { spec: { schedulingGates: [{ name: "a/b" }] } }),
  });
  const refused = await ask("POST", `${namespace}/pods/web/binding`, { body: binding({}, toNode) });
  assert.equal(refused.status, 409);
  assert.match(refused.json.message, /has non-empty \.spec\.schedulingGates/);
});

const healthIn = (json: unknown) => (json as ComponentStatus).conditions?.[0];

test("component statuses tell what the server knows, and that nobody should ask", async () => {
  const { ask, ports } = await anApi();
  const store = await ask("GET", "/api/v1/componentstatuses/store");
  assert.deepEqual(healthIn(store.json), { type: "Healthy", status: "True", message: "ok" });
  assert.match(String(store.headers["warning"]), /v1 ComponentStatus is deprecated in v1\.19\+/);
  const alone = await ask("GET", "/api/v1/componentstatuses/scheduler");
  assert.deepEqual(healthIn(alone.json), { type: "Healthy", status: "False", error: "no server leads" });

  const lease = {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name: "kubus-controllers" },
    spec: {
      holderIdentity: "server-1",
      renewTime: new Date(ports.clock.now()).toISOString().replace("Z", "000Z"),
    },
  };
  const leases = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases";
  const led = await ask("POST", leases, { body: lease });
  assert.equal(led.status, 201, led.text);
  const all = await ask("GET", "/api/v1/componentstatuses", { accept: table });
  assert.deepEqual(
    all.json.rows.map(({ cells }) => cells),
    [
      ["bus", "Healthy", "ok", ""],
      ["controller-manager", "Healthy", "server-1 leads", ""],
      ["scheduler", "Healthy", "server-1 leads", ""],
      ["store", "Healthy", "ok", ""],
    ],
  );
  const told = { "kubus.io/controllers": "*,-deployment", "kubus.io/disabled": "scheduler" };
  await ask("PATCH", `${leases}/kubus-controllers`, {
    body: { metadata: { annotations: told } },
    contentType: "application/merge-patch+json",
  });
  const partly = await ask("GET", "/api/v1/componentstatuses", { accept: table });
  assert.deepEqual(
    partly.json.rows.slice(1, 3).map(({ cells }) => cells),
    [
      ["controller-manager", "Healthy", "server-1 leads, without deployment", ""],
      ["scheduler", "Unknown", "disabled on server-1, which leads", ""],
    ],
  );
  assert.equal((await ask("GET", "/api/v1/componentstatuses/etcd-0")).status, 404);
  assert.equal((await ask("POST", "/api/v1/componentstatuses", { body: {} })).status, 405);
});

test("volumes and claims are born protected", async () => {
  const { ask } = await anApi();
  const sized = { accessModes: ["ReadWriteOnce"] };
  const volume = await ask("POST", "/api/v1/persistentvolumes", {
    body: {
      metadata: { name: "disk" },
      spec: { ...sized, capacity: { storage: "1Gi" }, hostPath: { path: "/d" } },
    },
  });
  assert.deepEqual(volume.json.metadata.finalizers, ["kubernetes.io/pv-protection"], volume.text);
  const claim = await ask("POST", `${namespace}/persistentvolumeclaims`, {
    body: {
      metadata: { name: "data", finalizers: ["example.com/mine"] },
      spec: { ...sized, resources: { requests: { storage: "1Gi" } } },
    },
  });
  assert.deepEqual(
    claim.json.metadata.finalizers,
    ["example.com/mine", "kubernetes.io/pvc-protection"],
    claim.text,
  );
});
