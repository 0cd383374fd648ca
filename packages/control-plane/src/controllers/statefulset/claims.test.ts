/** The claims of a stateful set's pods. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClaimRetentionPolicy, StatefulSet } from "@kubus/shared/api/workload.ts";
import { nodeKind, persistentVolumeClaimKind, statefulSetKind } from "../../kinds/index.ts";
import { aMeta, aPod, aPodSpec } from "../testing/builders.ts";
import { retain } from "./claims.ts";
import { aSet, dataClaim, setSpec, web } from "./testing/builders.ts";

async function aSetWithData(policy: ClaimRetentionPolicy = {}, spec: Parameters<typeof aSet>[0] = {}) {
  const cluster = await aSet({
    replicas: 2,
    volumeClaimTemplates: [dataClaim],
    persistentVolumeClaimRetentionPolicy: policy,
    ...spec,
  });
  const claim = (name: string) => cluster.cache.get(persistentVolumeClaimKind, "default", name);
  const owners = (name: string) =>
    (claim(name)?.metadata.ownerReferences ?? []).map(({ kind, name: owner }) => `${kind} ${owner}`);
  return { ...cluster, claim, owners };
}

test("makes a pod's claims before the pod, with the labels of the selector", async () => {
  const cluster = await aSetWithData();
  const claim = cluster.claim("data-web-0") ?? assert.fail("no claim");
  assert.deepEqual(claim.metadata.labels, { app: "web" });
  assert.deepEqual(claim.spec.resources, { requests: { storage: "1Gi" } });
  assert.equal(claim.metadata.ownerReferences, undefined);
  assert.ok(Number(claim.metadata.resourceVersion) < Number(cluster.pod("web-0").metadata.resourceVersion));
  assert.deepEqual(cluster.events("SuccessfulCreate"), [
    "create Claim data-web-0 Pod web-0 in StatefulSet web success",
    "create Pod web-0 in StatefulSet web successful",
  ]);
});

test("the pod's volume of that name is the claim, whatever the template says", async () => {
  const volumes = [
    { name: "data", emptyDir: {} },
    { name: "tmp", emptyDir: {} },
  ];
  const template = setSpec().template;
  const cluster = await aSetWithData(
    {},
    { template: { ...template, spec: { ...aPodSpec, volumes } }, replicas: 1 },
  );
  const [first, second] = cluster.pod("web-0").spec.volumes as readonly object[];
  assert.deepEqual(first, { name: "data", persistentVolumeClaim: { claimName: "data-web-0" } });
  assert.deepEqual(second, { name: "tmp", emptyDir: {} });
});

test("claims stay when their pods go, and are found again", async () => {
  const cluster = await aSetWithData();
  await cluster.runAll();
  const uid = cluster.claim("data-web-1")?.metadata.uid;
  await cluster.change({ spec: { replicas: 1 } });
  await cluster.runAll();
  await cluster.change({ spec: { replicas: 2 } });
  await cluster.runAll();
  assert.equal(cluster.claim("data-web-1")?.metadata.uid, uid);
});

test("whenDeleted: Delete binds the claims to the set", async () => {
  const cluster = await aSetWithData({ whenDeleted: "Delete" });
  await cluster.runAll();
  assert.deepEqual(cluster.owners("data-web-0"), ["StatefulSet web"]);
  await cluster.objects.delete(statefulSetKind, web);
  await cluster.rest();
  await cluster.gone("web-0");
  assert.equal(cluster.claim("data-web-0"), undefined);
});

test("whenScaled: Delete binds a claim to its pod once that is beyond the range, and no sooner", async () => {
  const cluster = await aSetWithData({ whenScaled: "Delete" });
  await cluster.runAll();
  assert.deepEqual(cluster.owners("data-web-1"), []);
  await cluster.change({ spec: { replicas: 1 } });
  assert.deepEqual(cluster.owners("data-web-1"), ["Pod web-1"]);
  await cluster.gone("web-1");
  assert.equal(cluster.claim("data-web-1"), undefined);
  assert.notEqual(cluster.claim("data-web-0"), undefined);
});

test("with both, a claim moves from the set to its pod on scaling down, and back", async () => {
  const cluster = await aSetWithData({ whenScaled: "Delete", whenDeleted: "Delete" });
  await cluster.runAll();
  assert.deepEqual(cluster.owners("data-web-1"), ["StatefulSet web"]);
  await cluster.change({ spec: { replicas: 1 } });
  assert.deepEqual(cluster.owners("data-web-1"), ["Pod web-1"]);
  await cluster.change({ spec: { replicas: 2 } });
  assert.deepEqual(cluster.owners("data-web-1"), ["StatefulSet web"]);
});

test("a policy that changes is followed by the claims that exist", async () => {
  const cluster = await aSetWithData({ whenDeleted: "Delete" });
  await cluster.runAll();
  await cluster.change({ spec: { persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain" } } });
  assert.deepEqual(cluster.owners("data-web-0"), []);
});

test("a claim that another controller has is left to it, with a warning", async () => {
  const cluster = await aSetWithData();
  await cluster.runAll();
  const { uid = "" } = cluster.cache.get(nodeKind, undefined, "board-1")?.metadata ?? {};
  const owner = { apiVersion: "v1", kind: "Node", name: "board-1", uid, controller: true };
  const target = { namespace: "default", name: "data-web-0" };
  await cluster.objects.patch(persistentVolumeClaimKind, target, { metadata: { ownerReferences: [owner] } });
  await cluster.change({ spec: { persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete" } } });
  assert.deepEqual(cluster.owners("data-web-0"), ["Node board-1"]);
  assert.match(
    cluster.events("ConflictingController")[0] ?? "",
    /^PersistentVolumeClaim data-web-0 has a conflicting/,
  );
});

test("a pod waits for the old claim of its name to go", async () => {
  const cluster = await aSetWithData({}, { replicas: 1 });
  await cluster.runAll();
  const target = { namespace: "default", name: "data-web-0" };
  const finalizers = ["test/held"];
  await cluster.objects.patch(persistentVolumeClaimKind, target, { metadata: { finalizers } });
  await cluster.objects.delete(persistentVolumeClaimKind, target);
  await cluster.gone("web-0");
  assert.deepEqual(cluster.living(), []);
  assert.equal(cluster.state(), "awaitingClaim");
  assert.equal(cluster.why(), "web-0 waits for the old claim data-web-0 to go");
  await cluster.objects.patch(persistentVolumeClaimKind, target, { metadata: { finalizers: [] } });
  await cluster.rest();
  assert.deepEqual(cluster.living(), ["web-0"]);
  assert.equal(cluster.claim("data-web-0")?.metadata.deletionTimestamp, undefined);
});

test("a pending pod whose claim was deleted gets it anew", async () => {
  const cluster = await aSetWithData({}, { replicas: 1 });
  const before = cluster.claim("data-web-0")?.metadata.uid;
  await cluster.objects.delete(persistentVolumeClaimKind, { namespace: "default", name: "data-web-0" });
  await cluster.rest();
  assert.notEqual(cluster.claim("data-web-0")?.metadata.uid, before);
  assert.notEqual(cluster.claim("data-web-0"), undefined);
});

test("what belongs to a former set or pod of the name is the garbage collector's, and left alone", () => {
  const set: StatefulSet = {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: aMeta("web"),
    spec: setSpec({
      volumeClaimTemplates: [dataClaim],
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete" },
    }),
  };
  const patches = (ownerUid: string) => {
    const owner = {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      name: "web",
      uid: ownerUid,
      controller: true,
    };
    const metadata = aMeta("data-web-0", { ownerReferences: [{ ...owner, blockOwnerDeletion: true }] });
    const claim = { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata, spec: {} };
    return retain(set, { ordinal: 0, pod: aPod("web-0"), inRange: true }, () => claim).length;
  };
  assert.equal(patches("uid-of-a-former-one"), 0);
  assert.equal(patches("uid-web"), 0);
  const orphan = { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: aMeta("data-web-0"), spec: {} };
  assert.equal(retain(set, { ordinal: 0, pod: aPod("web-0"), inRange: true }, () => orphan).length, 1);
});
