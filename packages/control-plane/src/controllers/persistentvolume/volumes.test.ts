/** Volumes and what becomes of them; each state of a volume's life, also under another server. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Trouble } from "@kubus/shared/errors/trouble.ts";
import { eventTable } from "@kubus/shared/testing/event-table.ts";
import { persistentVolumeClaimKind, persistentVolumeKind, podKind } from "../../kinds/index.ts";
import { aPodSpec } from "../testing/builders.ts";
import { aLife } from "../testing/life.ts";
import { aVolumeWorld, local, shared, type VolumeWorld } from "./testing/world.ts";
import { volumeMachine, type VolumeLook } from "./volume.machine.ts";
import { volumeLimits } from "./volume-state.ts";

const none = { storageClassName: "" };

/** A claim `data` with a folder on board-1. Returns the volume's name. */
async function aFolder(world: VolumeWorld): Promise<string> {
  await world.storageClass(local);
  await world.board("board-1");
  await world.claim("data");
  await world.place("data", "board-1");
  return world.claimOf("data")?.spec.volumeName ?? "";
}

const lifeOf = (world: VolumeWorld, name: string) => world.stateOf(`volume ${name}`);
const phaseOf = (world: VolumeWorld, name: string) => world.volumeOf(name)?.status?.phase;

test("the data of a claim that is deleted is deleted by its board, and then the volume goes", async () => {
  const world = await aVolumeWorld();
  const name = await aFolder(world);
  assert.ok(world.volumeOf(name)?.metadata.finalizers?.includes("kubernetes.io/pv-controller"));
  await world.drop("data");
  assert.deepEqual(world.removed, [`board-1:/var/volumes/${name}_default_data`]);
  assert.equal(world.volumeOf(name), undefined);
  assert.equal(lifeOf(world, name), undefined);
});

test("a volume whose board is away waits for it, and says so", async () => {
  const world = await aVolumeWorld();
  const name = await aFolder(world);
  await world.boardIs("board-1", "Unknown");
  await world.drop("data");
  assert.deepEqual([lifeOf(world, name), phaseOf(world, name)], ["awaitingBoard", "Released"]);
  assert.equal(world.whyOf(`volume ${name}`), "its board board-1 is away");
  await world.advance(3_600_000);
  assert.deepEqual(world.removed, []);
  await world.boardIs("board-1", "True");
  assert.equal(world.removed.length, 1);
  assert.equal(world.volumeOf(name), undefined);
});

test("a board that does not answer is asked again soon; one that refuses, later and with an event", async () => {
  const world = await aVolumeWorld();
  const name = await aFolder(world);
  world.breakBoards(new Trouble("noResponders", "Nobody listens."));
  await world.drop("data");
  assert.deepEqual([lifeOf(world, name), phaseOf(world, name)], ["awaitingBoard", "Released"]);
  assert.equal(world.whyOf(`volume ${name}`), "board board-1 does not answer: Nobody listens.");
  world.breakBoards(new Error("the disk is read-only"));
  await world.advance(volumeLimits.askAgainMs);
  assert.deepEqual([lifeOf(world, name), phaseOf(world, name)], ["failed", "Failed"]);
  assert.equal(world.volumeOf(name)?.status?.message, "the disk is read-only");
  assert.deepEqual(world.events("VolumeFailedDelete"), ["the disk is read-only"]);
  world.breakBoards(undefined);
  await world.advance(volumeLimits.retryMs - 1);
  assert.deepEqual(world.removed, []);
  await world.advance(1);
  assert.equal(world.removed.length, 1);
  assert.equal(world.volumeOf(name), undefined);
});

test("data that a pod still uses is not deleted, even when the claim was torn away", async () => {
  const world = await aVolumeWorld();
  const name = await aFolder(world);
  const volumes = [{ name: "d", persistentVolumeClaim: { claimName: "data" } }];
  const web = { namespace: "default", name: "web" };
  await world.create(podKind, { metadata: web, spec: { ...aPodSpec, nodeName: "board-1", volumes } });
  await world.drop("data");
  assert.equal(world.story("data"), "ending Bound Bound");
  const data = { namespace: "default", name: "data" };
  await world.objects.patch(persistentVolumeClaimKind, data, { metadata: { finalizers: null } });
  await world.rest();
  assert.equal(lifeOf(world, name), "inUse");
  assert.equal(world.whyOf(`volume ${name}`), "its data is still used by default/web");
  assert.deepEqual(world.removed, []);
  await world.objects.delete(podKind, web, { gracePeriodSeconds: 0 });
  await world.rest();
  assert.equal(world.removed.length, 1);
});

test("a volume that is deleted before its claim stays until the claim goes, then its data goes first", async () => {
  const world = await aVolumeWorld();
  const name = await aFolder(world);
  await world.objects.delete(persistentVolumeKind, { name });
  await world.rest();
  assert.deepEqual([lifeOf(world, name), world.removed.length], ["bound", 0]);
  world.breakBoards(new Error("busy"));
  await world.drop("data");
  assert.ok(world.volumeOf(name) !== undefined, "its data is still there");
  world.breakBoards(undefined);
  await world.advance(volumeLimits.retryMs);
  assert.deepEqual([world.removed.length, world.volumeOf(name)], [1, undefined]);
});

test("what is to be retained is retained, and nobody else gets it until somebody says so", async () => {
  const world = await aVolumeWorld();
  const name = await aFolder(world);
  const keep = { spec: { persistentVolumeReclaimPolicy: "Retain" } };
  await world.objects.patch(persistentVolumeKind, { name }, keep);
  await world.rest();
  assert.deepEqual(world.volumeOf(name)?.metadata.finalizers, ["kubernetes.io/pv-protection"]);
  await world.drop("data");
  assert.deepEqual([lifeOf(world, name), phaseOf(world, name)], ["released", "Released"]);
  assert.deepEqual(world.removed, []);
  await world.claim("next", { storageClassName: "local-path" });
  await world.place("next", "board-1");
  assert.notEqual(world.claimOf("next")?.spec.volumeName, name);
  await world.objects.patch(persistentVolumeKind, { name }, { spec: { claimRef: null } });
  await world.rest();
  assert.deepEqual([lifeOf(world, name), phaseOf(world, name)], ["available", "Available"]);
  await world.objects.delete(persistentVolumeKind, { name });
  await world.rest();
  assert.deepEqual([world.volumeOf(name), world.removed], [undefined, []]);
});

test("any board that sees the shared folder deletes what is in it", async () => {
  const world = await aVolumeWorld();
  await world.storageClass(shared);
  await world.claim("data", { storageClassName: "shared" });
  const name = world.claimOf("data")?.spec.volumeName ?? "";
  await world.board("board-1");
  await world.drop("data");
  assert.equal(world.whyOf(`volume ${name}`), "no board that sees /shared is there");
  await world.board("board-2", { "kubus.io/shared-folder": "/shared" });
  assert.deepEqual(world.removed, [`board-2:/shared/${name}_default_data`]);
});

const policies: Readonly<Record<string, readonly [string, string]>> = {
  Recycle: ["VolumeFailedRecycle", "No recycler plugin found for the volume!"],
  Delete: [
    "VolumeFailedDelete",
    'error getting deleter volume plugin for volume "disk": no deletable volume plugin matched',
  ],
};
for (const [policy, [reason, message]] of Object.entries(policies)) {
  test(`what nobody can do for policy ${policy} is said once, and the data stays`, async () => {
    const world = await aVolumeWorld();
    await world.volume("disk", { persistentVolumeReclaimPolicy: policy as "Delete" });
    await world.claim("data", none);
    await world.drop("data");
    assert.deepEqual([lifeOf(world, "disk"), phaseOf(world, "disk")], ["failed", "Failed"]);
    await world.advance(600_000);
    assert.deepEqual(world.events(reason), [message]);
    assert.equal(world.volumeOf("disk")?.status?.message, message);
    assert.deepEqual(world.removed, []);
  });
}

test("a volume of an external provisioner is released and left to it", async () => {
  const world = await aVolumeWorld();
  await world.create(persistentVolumeKind, {
    metadata: { name: "disk", annotations: { "pv.kubernetes.io/provisioned-by": "example.com/disks" } },
    spec: {
      accessModes: ["ReadWriteOnce"],
      capacity: { storage: "1Gi" },
      csi: { driver: "example.com", volumeHandle: "1" },
      persistentVolumeReclaimPolicy: "Delete",
    },
  });
  await world.claim("data", none);
  await world.drop("data");
  assert.deepEqual([lifeOf(world, "disk"), phaseOf(world, "disk")], ["released", "Released"]);
  assert.equal(world.whyOf("volume disk"), "waits for provisioner example.com/disks to delete it");
});

test("a volume that was kept for a claim which got another one is free again", async () => {
  const world = await aVolumeWorld();
  await world.volume("one");
  await world.claim("data", none);
  const { uid } = world.claimOf("data")?.metadata ?? {};
  const claimRef = { namespace: "default", name: "data", uid: uid ?? "" };
  const annotations = { "pv.kubernetes.io/bound-by-controller": "yes" };
  const spec = {
    accessModes: ["ReadWriteOnce" as const],
    capacity: { storage: "1Gi" },
    hostPath: { path: "/x" },
  };
  await world.create(persistentVolumeKind, {
    metadata: { name: "two", annotations },
    spec: { ...spec, claimRef },
  });
  await world.create(persistentVolumeKind, { metadata: { name: "three" }, spec: { ...spec, claimRef } });
  assert.deepEqual(
    ["one", "two", "three"].map((name) => [phaseOf(world, name), world.volumeOf(name)?.spec.claimRef?.uid]),
    [
      ["Bound", uid],
      ["Available", undefined],
      ["Available", undefined],
    ],
  );
  // What a user reserved stays reserved by name.
  assert.deepEqual(
    ["two", "three"].map((name) => world.volumeOf(name)?.spec.claimRef?.name),
    [undefined, "data"],
  );
});

const looks = {
  available: { type: "volume.available" },
  reserved: { type: "volume.reserved" },
  bound: { type: "volume.bound" },
  kept: { type: "volume.kept" },
  used: { type: "volume.used" },
  unreached: { type: "volume.unreached" },
  reclaimed: { type: "volume.reclaimed" },
  failed: { type: "volume.failed" },
  ending: { type: "volume.ending" },
} as const satisfies Record<string, VolumeLook>;
const states = [
  "available",
  "reserved",
  "bound",
  "released",
  "inUse",
  "awaitingBoard",
  "reclaiming",
  "failed",
  "ending",
];

test("a volume's life follows every look from every state", () => {
  const rows = eventTable({
    machine: volumeMachine,
    input: { key: "a" },
    events: looks,
    states: [...states, "retrying"],
  });
  const cells = Object.keys(looks).map((event, index) => [event, states[index] ?? ""] as const);
  assert.deepEqual(
    rows,
    [...states, "retrying"].map(
      (from) => `${from}: ${cells.map(([event, to]) => `${event} → ${to === from ? "·" : to}`).join(", ")}`,
    ),
  );
});

test("a failure is tried again after its pause, and the pause counts from the last look", async () => {
  const life = aLife(volumeMachine);
  life.look({ type: "volume.reclaimed" });
  life.look({ type: "volume.failed", why: "busy", dueInMs: 1_000 });
  await life.advance(900);
  life.look({ type: "volume.failed", why: "busy", dueInMs: 1_000 });
  await life.advance(999);
  assert.equal(life.state(), "failed");
  await life.advance(1);
  assert.equal(life.trace(), "unseen → reclaiming → failed → retrying");
  assert.equal(life.looks(), 1);
  life.look({ type: "volume.unreached", dueInMs: 500 });
  await life.advance(500);
  assert.equal(life.looks(), 2);
});

/** Brings a volume into each state. Resolves to its name. */
const ways: Readonly<Record<string, (world: VolumeWorld) => Promise<string>>> = {
  available: async (world) => (await world.volume("disk")).metadata.name,
  reserved: async (world) =>
    (await world.volume("disk", { claimRef: { namespace: "default", name: "later" } })).metadata.name,
  bound: aFolder,
  released: async (world) => {
    await world.volume("disk");
    await world.claim("data", none);
    await world.drop("data");
    return "disk";
  },
  awaitingBoard: async (world) => {
    const name = await aFolder(world);
    await world.boardIs("board-1", "Unknown");
    await world.drop("data");
    return name;
  },
  failed: async (world) => {
    const name = await aFolder(world);
    world.breakBoards(new Error("busy"));
    await world.drop("data");
    return name;
  },
  inUse: async (world) => {
    const name = await aFolder(world);
    const volumes = [{ name: "d", persistentVolumeClaim: { claimName: "data" } }];
    const metadata = { namespace: "default", name: "web" };
    await world.create(podKind, { metadata, spec: { ...aPodSpec, nodeName: "board-1", volumes } });
    await world.drop("data");
    const data = { namespace: "default", name: "data" };
    await world.objects.patch(persistentVolumeClaimKind, data, { metadata: { finalizers: null } });
    await world.rest();
    return name;
  },
  ending: async (world) => {
    await world.volume("disk");
    await world.objects.patch(
      persistentVolumeKind,
      { name: "disk" },
      { metadata: { finalizers: ["a.b/c"] } },
    );
    await world.objects.delete(persistentVolumeKind, { name: "disk" });
    await world.rest();
    return "disk";
  },
};
for (const [state, bring] of Object.entries(ways)) {
  test(`another server finds a volume that is ${state} as it was`, async () => {
    const world = await aVolumeWorld();
    const name = await bring(world);
    const before = [lifeOf(world, name), world.whyOf(`volume ${name}`)];
    assert.equal(before[0], state);
    await world.takeOver();
    assert.deepEqual([lifeOf(world, name), world.whyOf(`volume ${name}`)], before);
  });
}
