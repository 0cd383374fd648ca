/** Claims and their volumes: found, made, named, lost; each state of a claim's life, also under another server. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventTable } from "@kubus/shared/testing/event-table.ts";
import {
  nodeKind,
  persistentVolumeClaimKind,
  persistentVolumeKind,
  podKind,
  storageClassKind,
} from "../../kinds/index.ts";
import { aPodSpec } from "../testing/builders.ts";
import { aLife } from "../testing/life.ts";
import { claimMachine, type ClaimLook } from "./claim.machine.ts";
import { aVolumeWorld, local, shared, type VolumeWorld } from "./testing/world.ts";

const none = { storageClassName: "" };
const target = (name: string) => ({ namespace: "default", name });

test("a claim gets the volume that fits, and both say so", async () => {
  const world = await aVolumeWorld();
  await world.volume("disk");
  await world.claim("data", none);
  assert.equal(world.story("data"), "bound Bound Bound");
  const [claim, volume] = [world.claimOf("data"), world.volumeOf("disk")];
  assert.deepEqual(
    [claim?.spec.volumeName, claim?.status?.capacity, claim?.status?.accessModes],
    ["disk", { storage: "1Gi" }, ["ReadWriteOnce"]],
  );
  assert.deepEqual(
    [volume?.spec.claimRef?.name, volume?.spec.claimRef?.uid, volume?.spec.claimRef?.kind],
    ["data", claim?.metadata.uid, "PersistentVolumeClaim"],
  );
  assert.equal(claim?.metadata.annotations?.["pv.kubernetes.io/bind-completed"], "yes");
  for (const one of [claim, volume])
    assert.equal(one?.metadata.annotations?.["pv.kubernetes.io/bound-by-controller"], "yes");
});

test("a claim waits until a volume comes that fits, and two claims never get one", async () => {
  const world = await aVolumeWorld();
  await world.claim("a", none);
  await world.claim("b", none);
  assert.equal(world.story("a"), "pending Pending");
  assert.deepEqual(world.events("FailedBinding"), [
    "no persistent volumes available for this claim and no storage class is set",
    "no persistent volumes available for this claim and no storage class is set",
  ]);
  await world.volume("disk");
  // Who came too late looks again after a moment.
  await world.advance(1_000);
  assert.deepEqual([world.story("a"), world.story("b")].toSorted(), ["bound Bound Bound", "pending Pending"]);
  await world.volume("more");
  assert.deepEqual([world.story("a"), world.story("b")], ["bound Bound Bound", "bound Bound Bound"]);
  assert.notEqual(world.claimOf("a")?.spec.volumeName, world.claimOf("b")?.spec.volumeName);
});

test("a user's word counts: volumes that are kept for a claim, claims that name a volume", async () => {
  const world = await aVolumeWorld();
  await world.volume("big", { capacity: { storage: "9Gi" }, claimRef: { namespace: "default", name: "a" } });
  await world.volume("small");
  assert.equal(world.stateOf("volume big"), "reserved");
  assert.equal(world.volumeOf("big")?.status?.phase, "Available");
  await world.claim("a", none);
  assert.deepEqual([world.story("a"), world.claimOf("a")?.spec.volumeName], ["bound Bound Bound", "big"]);
  assert.equal(world.volumeOf("big")?.metadata.annotations, undefined);
  await world.claim("b", { ...none, volumeName: "later" });
  assert.equal(world.story("b"), "pending Pending no volume");
  await world.volume("later");
  assert.equal(world.story("b"), "bound Bound Bound");
  assert.equal(world.claimOf("b")?.metadata.annotations?.["pv.kubernetes.io/bound-by-controller"], undefined);
});

test("a named volume that does not suit, or is another's, is refused in Kubernetes' words", async () => {
  const world = await aVolumeWorld();
  await world.volume("small", { capacity: { storage: "1Mi" } });
  await world.claim("data", { ...none, volumeName: "small" });
  assert.equal(world.story("data"), "refused Pending Available");
  assert.deepEqual(world.events("VolumeMismatch"), [
    'Cannot bind to requested volume "small": requested PV is too small',
  ]);
  await world.volume("taken", { claimRef: { namespace: "default", name: "other", uid: "uid-other" } });
  await world.claim("late", { ...none, volumeName: "taken" });
  assert.deepEqual(world.events("FailedBinding"), ['volume "taken" already bound to a different claim.']);
});

test("a claim of a class that waits gets its volume where its first pod is to be", async () => {
  const world = await aVolumeWorld();
  await world.storageClass(local);
  await world.board("board-1");
  await world.claim("data");
  assert.equal(world.story("data"), "waitingForConsumer Pending");
  assert.deepEqual(world.events("WaitForFirstConsumer"), [
    "waiting for first consumer to be created before binding",
  ]);
  const volumes = [{ name: "d", persistentVolumeClaim: { claimName: "data" } }];
  await world.create(podKind, { metadata: target("web"), spec: { ...aPodSpec, volumes } });
  assert.equal(world.whyOf("claim default/data"), "waiting for pod web to be scheduled");
  await world.place("data", "board-1");
  assert.equal(world.story("data"), "bound Bound Bound");
  const name = `pvc-${world.claimOf("data")?.metadata.uid ?? ""}`;
  const spec = world.volumeOf(name)?.spec;
  assert.equal(world.claimOf("data")?.spec.volumeName, name);
  assert.equal(spec?.local?.path, `/var/volumes/${name}_default_data`);
  assert.deepEqual(spec.nodeAffinity?.required?.nodeSelectorTerms[0]?.matchExpressions, [
    { key: "kubernetes.io/hostname", operator: "In", values: ["board-1"] },
  ]);
  assert.deepEqual(
    [spec.persistentVolumeReclaimPolicy, spec.capacity, spec.storageClassName],
    ["Delete", { storage: "1Gi" }, "local-path"],
  );
  assert.deepEqual(world.events("ProvisioningSucceeded"), [
    `Successfully provisioned volume ${name} using kubus.io/local-path`,
  ]);
});

test("a volume that an administrator made is taken before one is made, but only where it is reached", async () => {
  const world = await aVolumeWorld();
  const nodeSelectorTerms = [
    { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In" as const, values: ["board-2"] }] },
  ];
  await world.storageClass(local);
  for (const board of ["board-1", "board-2"]) await world.board(board);
  await world.volume("ssd", {
    storageClassName: "local-path",
    nodeAffinity: { required: { nodeSelectorTerms } },
  });
  await world.claim("here");
  await world.place("here", "board-1");
  assert.notEqual(world.claimOf("here")?.spec.volumeName, "ssd");
  await world.claim("there");
  await world.place("there", "board-2");
  assert.equal(world.claimOf("there")?.spec.volumeName, "ssd");
});

test("a shared folder is given at once, and to many", async () => {
  const world = await aVolumeWorld();
  await world.storageClass(shared);
  await world.claim("data", { storageClassName: "shared", accessModes: ["ReadWriteMany"] });
  assert.equal(world.story("data"), "bound Bound Bound");
  const { metadata, spec } = world.volumeOf(world.claimOf("data")?.spec.volumeName ?? "") ?? {};
  assert.deepEqual(spec?.hostPath, {
    path: `/shared/${metadata?.name ?? ""}_default_data`,
    type: "DirectoryOrCreate",
  });
  assert.equal(spec.nodeAffinity, undefined);
});

const refusals: Readonly<Record<string, readonly [object, RegExp]>> = {
  "several boards at once": [
    { accessModes: ["ReadWriteMany"] },
    /local-path": a folder on one board can only/,
  ],
  "a block device": [{ volumeMode: "Block" }, /a folder is no block device/],
  "the contents of another claim": [
    { dataSource: { kind: "PersistentVolumeClaim", name: "other" } },
    /a data source is not supported/,
  ],
  labels: [{ selector: { matchLabels: { a: "b" } } }, /claim Selector is not supported/],
};
for (const [what, [spec, why]] of Object.entries(refusals)) {
  test(`a folder on a board is refused to who asks for ${what}`, async () => {
    const world = await aVolumeWorld();
    await world.storageClass(local);
    await world.board("board-1");
    await world.claim("data", spec);
    await world.place("data", "board-1");
    assert.equal(world.story("data"), "refused Pending");
    assert.match(world.events("ProvisioningFailed")[0] ?? "", why);
    assert.match(world.whyOf("claim default/data"), why);
  });
}

test("a class that is not there, or that nobody serves, is said; an external provisioner is waited for", async () => {
  const world = await aVolumeWorld();
  await world.claim("a", { storageClassName: "fast" });
  assert.equal(world.whyOf("claim default/a"), 'storageclass.storage.k8s.io "fast" not found');
  await world.storageClass({ metadata: { name: "static" }, provisioner: "kubernetes.io/no-provisioner" });
  await world.claim("b", { storageClassName: "static" });
  assert.equal(world.whyOf("claim default/b"), "no volume plugin matched name: kubernetes.io/no-provisioner");
  await world.storageClass({ metadata: { name: "fast" }, provisioner: "example.com/disks" });
  assert.equal(world.story("a"), "provisioning Pending");
  assert.match(
    world.events("ExternalProvisioning")[0] ?? "",
    /^Waiting for a volume to be created either by the external provisioner 'example.com\/disks' or manually/,
  );
  const { uid } = world.claimOf("a")?.metadata ?? {};
  const claimRef = { namespace: "default", name: "a", uid: uid ?? "" };
  await world.volume("made", { storageClassName: "fast", claimRef });
  assert.equal(world.story("a"), "bound Bound Bound");
});

test("a claim whose chosen board is gone is the scheduler's again", async () => {
  const world = await aVolumeWorld();
  await world.storageClass(local);
  await world.claim("data");
  await world.place("data", "board-9");
  assert.equal(world.story("data"), "waitingForConsumer Pending");
  assert.equal(
    world.claimOf("data")?.metadata.annotations?.["volume.kubernetes.io/selected-node"],
    undefined,
  );
  assert.deepEqual(world.events("ProvisioningFailed"), [
    'failed to get target node: node "board-9" not found',
  ]);
});

test("a board that offers no folder is said, and taken when it does", async () => {
  const world = await aVolumeWorld();
  await world.storageClass(local);
  await world.board("board-1", {});
  await world.claim("data");
  await world.place("data", "board-1");
  assert.match(world.whyOf("claim default/data"), /board board-1 offers no folder for volumes/);
  const annotations = { "kubus.io/volumes-folder": "/v" };
  await world.objects.patch(nodeKind, { name: "board-1" }, { metadata: { annotations } });
  await world.rest();
  assert.equal(world.story("data"), "bound Bound Bound");
});

test("a claim that is older than the default class gets it; one that wants none does not", async () => {
  const world = await aVolumeWorld();
  await world.claim("old");
  await world.claim("plain", none);
  await world.storageClass({
    ...shared,
    metadata: { ...shared.metadata, ...local.metadata, name: "shared" },
  });
  assert.equal(world.story("old"), "bound Bound Bound");
  assert.equal(world.claimOf("old")?.spec.storageClassName, "shared");
  assert.equal(world.story("plain"), "pending Pending");
});

test("a claim without its volume is lost, and so is one whose volume is another's", async () => {
  const world = await aVolumeWorld();
  await world.volume("disk");
  await world.volume("disk-2");
  await world.claim("a", none);
  await world.claim("b", none);
  const { volumeName = "" } = world.claimOf("a")?.spec ?? {};
  await world.objects.patch(persistentVolumeKind, { name: volumeName }, { metadata: { finalizers: null } });
  await world.objects.delete(persistentVolumeKind, { name: volumeName });
  await world.rest();
  if (world.volumeOf(volumeName) !== undefined) {
    await world.objects.patch(persistentVolumeKind, { name: volumeName }, { metadata: { finalizers: null } });
    await world.rest();
  }
  assert.equal(world.story("a"), "lost Lost no volume");
  assert.deepEqual(world.events("ClaimLost"), [
    "Bound claim has lost its PersistentVolume. Data on the volume is lost!",
  ]);
  assert.equal(world.claimOf("a")?.status?.capacity, undefined);
  const claimRef = { name: "thief", uid: "uid-thief" };
  const name = world.claimOf("b")?.spec.volumeName ?? "";
  await world.objects.patch(persistentVolumeKind, { name }, { spec: { claimRef } });
  await world.rest();
  assert.deepEqual(world.events("ClaimMisbound"), [
    "Two claims are bound to the same volume, this one is bound incorrectly",
  ]);
});

test("a bound claim grows where its class lets it; what others provisioned is theirs to grow", async () => {
  const world = await aVolumeWorld();
  await world.storageClass({ ...shared, allowVolumeExpansion: true });
  await world.claim("data", { storageClassName: "shared" });
  const grow = async (storage: string) => {
    const patch = { spec: { resources: { requests: { storage } } } };
    await world.objects.patch(persistentVolumeClaimKind, target("data"), patch);
    await world.rest();
  };
  await grow("3Gi");
  const { volumeName = "" } = world.claimOf("data")?.spec ?? {};
  assert.deepEqual(world.claimOf("data")?.status?.capacity, { storage: "3Gi" });
  assert.deepEqual(world.volumeOf(volumeName)?.spec.capacity, { storage: "3Gi" });
  assert.deepEqual(world.events("VolumeResizeSuccessful"), ["Resize volume succeeded"]);
  const annotations = { "pv.kubernetes.io/provisioned-by": "example.com/disks" };
  await world.objects.patch(persistentVolumeKind, { name: volumeName }, { metadata: { annotations } });
  await grow("4Gi");
  assert.deepEqual(world.claimOf("data")?.status?.capacity, { storage: "3Gi" });
  assert.deepEqual(world.events("ExternalExpanding"), [
    "waiting for an external controller to expand this PVC",
  ]);
});

test("thousand changes of pods that mount nothing wake no claim", async () => {
  const world = await aVolumeWorld();
  await world.claim("data", none);
  const before = world.events("FailedBinding").length;
  for (let i = 0; i < 20; i += 1) await world.create(podKind, { metadata: target(`p-${i}`), spec: aPodSpec });
  assert.equal(world.events("FailedBinding").length, before);
});

const looks = {
  unmatched: { type: "claim.unmatched" },
  unconsumed: { type: "claim.unconsumed" },
  ordered: { type: "claim.ordered" },
  refused: { type: "claim.refused" },
  matched: { type: "claim.matched" },
  bound: { type: "claim.bound" },
  lost: { type: "claim.lost" },
  ending: { type: "claim.ending" },
} as const satisfies Record<string, ClaimLook>;
const states = [
  "pending",
  "waitingForConsumer",
  "provisioning",
  "refused",
  "binding",
  "bound",
  "lost",
  "ending",
];

test("a claim's life follows every look from every state", () => {
  const rows = eventTable({ machine: claimMachine, input: { key: "a" }, events: looks, states });
  const cells = Object.keys(looks).map((event, index) => [event, states[index] ?? ""] as const);
  assert.deepEqual(
    rows,
    states.map(
      (from) => `${from}: ${cells.map(([event, to]) => `${event} → ${to === from ? "·" : to}`).join(", ")}`,
    ),
  );
});

test("a claim's way, and why it waits", () => {
  const life = aLife(claimMachine);
  life.look({ type: "claim.unconsumed", why: "waiting for pod web to be scheduled" });
  assert.equal(life.why(), "waiting for pod web to be scheduled");
  for (const type of ["claim.ordered", "claim.matched", "claim.bound", "claim.ending"] as const)
    life.look({ type });
  assert.equal(life.trace(), "unseen → waitingForConsumer → provisioning → binding → bound → ending");
  assert.equal(life.looks(), 0);
});

/** Brings the claim `data` into each state. */
const ways: Readonly<Record<string, (world: VolumeWorld) => Promise<unknown>>> = {
  pending: (world) => world.claim("data", none),
  waitingForConsumer: async (world) => {
    await world.storageClass(local);
    await world.claim("data");
  },
  provisioning: async (world) => {
    await world.storageClass({ metadata: { name: "fast" }, provisioner: "example.com/disks" });
    await world.claim("data", { storageClassName: "fast" });
  },
  refused: (world) => world.claim("data", { storageClassName: "fast" }),
  bound: async (world) => {
    await world.volume("disk");
    await world.claim("data", none);
  },
  lost: async (world) => {
    await world.claim("data", { ...none, volumeName: "never" });
    const annotations = { "pv.kubernetes.io/bind-completed": "yes" };
    await world.objects.patch(persistentVolumeClaimKind, target("data"), { metadata: { annotations } });
    await world.rest();
  },
  ending: async (world) => {
    await world.claim("data", none);
    const volumes = [{ name: "d", persistentVolumeClaim: { claimName: "data" } }];
    await world.create(podKind, {
      metadata: target("web"),
      spec: { ...aPodSpec, nodeName: "board-1", volumes },
    });
    await world.drop("data");
  },
};
for (const [state, bring] of Object.entries(ways)) {
  test(`another server finds a claim that is ${state} as it was`, async () => {
    const world = await aVolumeWorld();
    await bring(world);
    const before = [world.stateOf("claim default/data"), world.whyOf("claim default/data")];
    assert.equal(before[0], state);
    await world.takeOver();
    assert.deepEqual([world.stateOf("claim default/data"), world.whyOf("claim default/data")], before);
  });
}

test("deleting the class changes nothing for who has a volume", async () => {
  const world = await aVolumeWorld();
  await world.storageClass(shared);
  await world.claim("data", { storageClassName: "shared" });
  await world.objects.delete(storageClassKind, { name: "shared" });
  await world.rest();
  assert.equal(world.story("data"), "bound Bound Bound");
});
