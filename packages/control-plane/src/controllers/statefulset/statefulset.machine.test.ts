/** The life of a stateful set: which state, why, and that a server that takes over comes to the same. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventTable } from "@kubus/shared/testing/event-table.ts";
import { persistentVolumeClaimKind, statefulSetKind } from "../../kinds/index.ts";
import { newLife, type LifeContext } from "../engine/life.ts";
import { aLife } from "../testing/life.ts";
import { statefulSetMachine } from "./statefulset.machine.ts";
import { aSet, dataClaim, setSpec, web } from "./testing/builders.ts";

test("follows what is seen, and asks for a look when a pod's time has come", async () => {
  const life = aLife(statefulSetMachine);
  life.look({ type: "pod.missing", why: "web-0 does not exist yet" });
  assert.equal(life.why(), "web-0 does not exist yet");
  life.look({ type: "pod.notReady", why: "web-0 is ready, but not for long", dueInMs: 10_000 });
  await life.advance(9_999);
  assert.equal(life.looks(), 0);
  await life.advance(1);
  assert.equal(life.looks(), 1);
  life.look({ type: "set.complete" });
  assert.equal(life.trace(), "unseen → creating → awaitingReady → lookingAgain → steady");
});

test("every look leads to its state from every other", () => {
  const types = [
    "pod.missing",
    "pod.notReady",
    "pod.surplus",
    "template.old",
    "update.held",
    "former.ending",
    "claim.ending",
    "set.complete",
    "set.deleted",
  ];
  const rows = eventTable({
    machine: statefulSetMachine,
    input: newLife satisfies LifeContext,
    events: Object.fromEntries(types.map((type) => [type, { type }])),
    states: ["unseen", "steady", "awaitingEnd", "lookingAgain"],
  });
  const all =
    "pod.missing → creating, pod.notReady → awaitingReady, pod.surplus → scalingDown, template.old → updating, " +
    "update.held → held, former.ending → awaitingEnd, claim.ending → awaitingClaim, set.complete → steady, " +
    "set.deleted → deleting";
  assert.deepEqual(rows, [
    `unseen: ${all}`,
    `steady: ${all.replace("→ steady", "→ ·")}`,
    `awaitingEnd: ${all.replace("→ awaitingEnd", "→ ·")}`,
    `lookingAgain: ${all}`,
  ]);
});

type Cluster = Awaited<ReturnType<typeof aSet>>;

/** Brings a set into a state; a server that takes over then finds it in the same, for the same reason. */
const ways: Readonly<Record<string, () => Promise<Cluster>>> = {
  awaitingReady: async () => {
    const cluster = await aSet();
    await cluster.place("web-0");
    return cluster;
  },
  scalingDown: async () => {
    const cluster = await aSet();
    await cluster.runAll();
    await cluster.change({ spec: { replicas: 2 } });
    return cluster;
  },
  updating: async () => {
    const cluster = await aSet();
    await cluster.runAll();
    await cluster.setImage("host/true");
    return cluster;
  },
  held: async () => {
    const cluster = await aSet({ updateStrategy: { type: "OnDelete" } });
    await cluster.runAll();
    await cluster.setImage("host/true");
    return cluster;
  },
  awaitingEnd: async () => {
    const cluster = await aSet();
    await cluster.runAll();
    await cluster.remove("web-1");
    return cluster;
  },
  awaitingClaim: async () => {
    const cluster = await aSet({ volumeClaimTemplates: [dataClaim] });
    await cluster.run("web-0");
    const target = { namespace: "default", name: "data-web-0" };
    await cluster.objects.patch(persistentVolumeClaimKind, target, {
      metadata: { finalizers: ["test/held"] },
    });
    await cluster.objects.delete(persistentVolumeClaimKind, target);
    await cluster.gone("web-0");
    return cluster;
  },
  steady: async () => {
    const cluster = await aSet();
    await cluster.runAll();
    return cluster;
  },
  deleting: async () => {
    const cluster = await aSet();
    await cluster.objects.patch(statefulSetKind, web, { metadata: { finalizers: ["test/held"] } });
    await cluster.objects.delete(statefulSetKind, web);
    await cluster.rest();
    return cluster;
  },
};

for (const [state, way] of Object.entries(ways)) {
  test(`a set that is ${state} is so again when another server takes over`, async () => {
    const cluster = await way();
    assert.equal(cluster.state(), state);
    const why = cluster.why();
    await cluster.takeOver();
    assert.equal(cluster.state(), state);
    assert.equal(cluster.why(), why);
  });
}

test("a set whose pod cannot be made is creating, and is so again when another server takes over", async () => {
  const cluster = await aSet({ replicas: 0 });
  await cluster.forbidPods();
  await cluster.change({ spec: { replicas: 1 } });
  assert.equal(cluster.state(), "creating");
  assert.equal(cluster.why(), "web-0 does not exist yet");
  await cluster.takeOver();
  assert.equal(cluster.state(), "creating");
  assert.match(
    cluster.events("FailedCreate")[0] ?? "",
    /^create Pod web-0 in StatefulSet web failed error: /,
  );
});

test("INVARIANT: while web-0 ends on a board that nobody reaches, there is no second web-0", async () => {
  const cluster = await aSet({ podManagementPolicy: "Parallel" });
  await cluster.run("web-0", "board-2");
  await cluster.run("web-1", "board-1");
  await cluster.run("web-2", "board-3");
  const { uid } = cluster.pod("web-0").metadata;
  await cluster.lose("board-2");
  await cluster.remove("web-0");
  assert.equal(cluster.state(), "awaitingEnd");
  assert.equal(cluster.why(), "waits for web-0 to end on board-2, which is unreachable");
  await cluster.setImage("host/true");
  await cluster.change({ spec: { replicas: 4 } });
  await cluster.advance(86_400_000);
  await cluster.takeOver();
  assert.equal(cluster.state(), "awaitingEnd");
  assert.equal(cluster.pod("web-0").metadata.uid, uid, "it is the old one still");
  assert.notEqual(cluster.pod("web-0").metadata.deletionTimestamp, undefined);
  await cluster.gone("web-0");
  assert.notEqual(cluster.pod("web-0").metadata.uid, uid);
});

test("INVARIANT: a set made anew waits for the pods of its former life", async () => {
  const cluster = await aSet({ replicas: 1 });
  await cluster.run("web-0", "board-2");
  const { uid } = cluster.pod("web-0").metadata;
  await cluster.objects.delete(statefulSetKind, web);
  await cluster.rest();
  assert.notEqual(cluster.pod("web-0").metadata.deletionTimestamp, undefined);
  await cluster.create(statefulSetKind, { metadata: web, spec: setSpec({ replicas: 1 }) });
  assert.equal(cluster.state(), "awaitingEnd");
  assert.equal(cluster.why(), "waits for the former web-0 to end on board-2");
  assert.equal(cluster.pod("web-0").metadata.uid, uid);
  await cluster.gone("web-0");
  assert.notEqual(cluster.pod("web-0").metadata.uid, uid);
});
