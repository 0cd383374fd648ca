/** The life of a daemon set: which state, why, and that a server that takes over comes to the same. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventTable } from "@kubus/shared/testing/event-table.ts";
import { daemonSetKind, podKind } from "../../kinds/index.ts";
import { newLife, type LifeContext } from "../engine/life.ts";
import { aLife } from "../testing/life.ts";
import { daemonSetMachine } from "./daemonset.machine.ts";
import { agent, aDaemonSet } from "./testing/builders.ts";

test("follows what is seen, and asks for a look when a pause is over", async () => {
  const life = aLife(daemonSetMachine);
  life.look({ type: "pod.missing", why: "board-3 has no pod yet" });
  assert.equal(life.why(), "board-3 has no pod yet");
  life.look({ type: "pod.failed", dueInMs: 4_000 });
  await life.advance(3_999);
  assert.equal(life.looks(), 0);
  await life.advance(1);
  assert.equal(life.looks(), 1);
  life.look({ type: "set.complete" });
  assert.equal(life.trace(), "unseen → placing → backingOff → lookingAgain → steady");
});

test("every look leads to its state from every other", () => {
  const states = {
    "pod.missing": "placing",
    "pod.surplus": "clearing",
    "pod.failed": "backingOff",
    "pod.notReady": "awaitingReady",
    "former.ending": "awaitingEnd",
    "template.old": "updating",
    "update.held": "held",
    "board.none": "withoutBoards",
    "set.complete": "steady",
    "set.deleted": "deleting",
  };
  const all = Object.entries(states)
    .map(([type, state]) => `${type} → ${state}`)
    .join(", ");
  const rows = eventTable({
    machine: daemonSetMachine,
    input: newLife satisfies LifeContext,
    events: Object.fromEntries(Object.keys(states).map((type) => [type, { type }])),
    states: ["unseen", "lookingAgain", ...Object.values(states)],
  });
  assert.deepEqual(
    rows,
    ["unseen", "lookingAgain", ...Object.values(states)].map(
      (state) => `${state}: ${all.replace(`→ ${state}`, "→ ·")}`,
    ),
  );
});

type Cluster = Awaited<ReturnType<typeof aDaemonSet>>;

/** Brings a set into a state; a server that takes over then finds it in the same, for the same reason. */
const ways: Readonly<Record<string, () => Promise<Cluster>>> = {
  placing: async () => {
    const cluster = await aDaemonSet({}, 0);
    await cluster.forbidPods();
    await cluster.addBoard("board-1");
    return cluster;
  },
  clearing: async () => {
    const cluster = await aDaemonSet();
    await cluster.runAll();
    await cluster.taint("board-2", [{ key: "dedicated", effect: "NoExecute" }]);
    return cluster;
  },
  backingOff: async () => {
    const cluster = await aDaemonSet({}, 1);
    await cluster.fail("board-1");
    await cluster.fail("board-1");
    return cluster;
  },
  awaitingReady: () => aDaemonSet(),
  awaitingEnd: async () => {
    const cluster = await aDaemonSet();
    await cluster.runAll();
    const { name } = cluster.podOn("board-1").metadata;
    await cluster.objects.delete(podKind, { namespace: "default", name });
    await cluster.rest();
    return cluster;
  },
  updating: async () => {
    const cluster = await aDaemonSet();
    await cluster.runAll();
    await cluster.setImage("host/true");
    return cluster;
  },
  held: async () => {
    const cluster = await aDaemonSet({ updateStrategy: { type: "OnDelete" } });
    await cluster.runAll();
    await cluster.setImage("host/true");
    return cluster;
  },
  withoutBoards: () => aDaemonSet({}, 0),
  steady: async () => {
    const cluster = await aDaemonSet();
    await cluster.runAll();
    return cluster;
  },
  deleting: async () => {
    const cluster = await aDaemonSet();
    await cluster.objects.patch(daemonSetKind, agent, { metadata: { finalizers: ["test/held"] } });
    await cluster.objects.delete(daemonSetKind, agent);
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
