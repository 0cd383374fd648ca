/** Rebalancing on the whole API: a board returns, and pods follow it gently. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { keyOf } from "@kubus/shared/api/meta.ts";
import { timestamp } from "@kubus/shared/time/clock.ts";
import { configMapKind, namespaceKind, podDisruptionBudgetKind, podKind } from "../../kinds/index.ts";
import { rebalancingLimits as limits } from "./limits.ts";
import { recordPlace } from "./record.ts";
import { aRoom } from "./testing/world.ts";

/** Two boards carry everything, and a third comes. */
async function aThirdBoard(
  options: Parameters<Awaited<ReturnType<typeof aRoom>>["aSet"]>[1] = { replicas: 6 },
) {
  const room = await aRoom(2);
  await room.aSet("web", options);
  await room.advance(60_000);
  assert.equal(room.spread(), "3 3");
  await room.addBoard("board-3");
  return room;
}

test("a board that comes gets its share, one pod after the other, and then there is silence", async () => {
  const room = await aThirdBoard();
  assert.equal(room.state(), "calming");
  assert.equal(room.why(), "board-3 came a moment ago");
  await room.advance(limits.calmMs - 1_000);
  assert.equal(room.moves(), 0);
  await room.advance(1_000);
  assert.equal(room.state(), "moving");
  assert.match(
    room.why(),
    /^default\/web-\w+ moves from board-[12] to board-3: its replacement is awaited, 6 of 6 are there$/,
  );
  assert.equal(room.leaving().length, 1);
  await room.untilEven();
  assert.equal(room.spread(), "2 2 2");
  assert.equal(room.moves(), 2);
  assert.match(
    room.events("Rebalanced")[0] ?? "",
    /^Makes room on board-[12] \(3 more of its kind and 3 more in all\) for a replacement on board-3: evicted pod web-/,
  );
  const writes = room.writes();
  await room.advance(2 * limits.freshMs);
  assert.equal(room.writes(), writes);
  assert.equal(room.why(), "no board came lately");
});

test("the next pod is not asked before the replacement of the last one is available", async () => {
  const room = await aThirdBoard();
  await room.advance(limits.calmMs);
  await room.advance(limits.replacementMs - 1_000);
  assert.equal(room.moves(), 1);
  assert.equal(room.state(), "moving");
  await room.runAll();
  assert.equal(room.state(), "moving", "the next one follows at once: the pause between moves is over");
  assert.equal(room.moves(), 2);
});

test("a replacement that never becomes ready ends it for a while", async () => {
  const room = await aThirdBoard();
  await room.advance(limits.calmMs);
  await room.advance(limits.replacementMs);
  assert.equal(room.state(), "pausing");
  assert.match(room.why(), /is not whole since it was moved$/);
  await room.advance(limits.afterTroubleMs);
  assert.equal(room.moves(), 1);
  await room.untilEven();
  assert.equal(room.spread(), "2 2 2");
});

test("a board that is lost meanwhile stops everything", async () => {
  const room = await aThirdBoard();
  await room.lose("board-2");
  await room.advance(limits.calmMs);
  assert.equal(room.state(), "pausing");
  assert.equal(room.why(), "board-2 is not Ready");
  assert.equal(room.moves(), 0);
  await room.comeBack("board-2");
  assert.deepEqual([room.state(), room.why()], ["calming", "board-2 came a moment ago"]);
  await room.advance(limits.calmMs);
  assert.match(room.why(), /moves from board-1 to board-3/);
});

test("a pod that waits for a board stops everything for a while, and not for ever", async () => {
  const room = await aThirdBoard();
  const spec = {
    containers: [{ name: "main", image: "host/sleep", resources: { requests: { cpu: "99" } } }],
  };
  await room.create(podKind, { metadata: { name: "big", namespace: "default" }, spec });
  await room.advance(limits.calmMs);
  assert.equal(room.state(), "pausing");
  assert.equal(room.why(), "pod default/big waits for a board");
  await room.advance(limits.troubleMs + limits.lookMs);
  assert.equal(room.state(), "moving");
});

test("a board that comes back after its pods were moved gets others, and only what is older than its return", async () => {
  const room = await aRoom(3);
  await room.cordon("board-3", true);
  await room.lose("board-3");
  await room.aSet("web", { replicas: 6 });
  await room.advance(limits.troubleMs);
  await room.cordon("board-3", false);
  await room.comeBack("board-3");
  await room.advance(limits.calmMs);
  await room.untilEven();
  assert.equal(room.spread(), "2 2 2");
  const moves = room.moves();
  await room.scale("web", 12);
  await room.runAll();
  await room.scale("web", 7);
  await room.advance(limits.freshMs);
  assert.equal(room.moves(), moves, "what was made while the board was there was placed on purpose");
});

test("a cordoned, flapping or hot board gets nothing", async () => {
  for (const key of ["kubus.io/flapping", "kubus.io/overheated", "kubus.io/under-voltage"]) {
    const room = await aThirdBoard();
    await room.taint("board-3", [{ key, effect: "PreferNoSchedule" }]);
    await room.advance(2 * limits.calmMs);
    assert.deepEqual([room.moves(), room.state()], [0, "idle"], key);
  }
  const room = await aThirdBoard();
  await room.cordon("board-3", true);
  await room.advance(2 * limits.calmMs);
  assert.deepEqual([room.moves(), room.why()], [0, "no board came lately"]);
});

test("boards that came together have nothing to give each other", async () => {
  const room = await aThirdBoard();
  for (const name of ["board-1", "board-2", "board-3"]) await room.comeBack(name);
  await room.advance(2 * limits.calmMs);
  assert.equal(room.moves(), 0);
});

test("a board on which the scheduler would not put the replacement gets nothing", async () => {
  const affinity = {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [
          { matchFields: [{ key: "metadata.name", operator: "NotIn" as const, values: ["board-3"] }] },
        ],
      },
    },
  };
  const room = await aThirdBoard({ replicas: 6, spec: { affinity } });
  await room.advance(2 * limits.calmMs);
  assert.deepEqual([room.moves(), room.state(), room.why()], [0, "idle", "no move would clearly help"]);
});

test("who says so stays: pods, and namespaces but for the pods that say otherwise", async () => {
  const pinned = await aThirdBoard({ replicas: 6, annotations: { "kubus.io/rebalance": "false" } });
  await pinned.advance(2 * limits.calmMs);
  assert.equal(pinned.moves(), 0);
  const quiet = { metadata: { annotations: { "kubus.io/rebalance": "false" } } };
  const room = await aThirdBoard({ replicas: 6 });
  await room.objects.patch(namespaceKind, { name: "default" }, quiet);
  await room.advance(2 * limits.calmMs);
  assert.equal(room.moves(), 0);
  const willing = await aThirdBoard({ replicas: 6, annotations: { "kubus.io/rebalance": "true" } });
  await willing.objects.patch(namespaceKind, { name: "default" }, quiet);
  await willing.advance(limits.calmMs);
  assert.equal(willing.moves(), 1);
});

test("what keeps files on its board stays, unless it says that it may go", async () => {
  const spec = { volumes: [{ name: "scratch", emptyDir: {} }] };
  const room = await aThirdBoard({ replicas: 6, spec });
  await room.advance(2 * limits.calmMs);
  assert.equal(room.moves(), 0);
  const willing = await aThirdBoard({ replicas: 6, spec, annotations: { "kubus.io/rebalance": "true" } });
  await willing.advance(limits.calmMs);
  assert.equal(willing.moves(), 1);
});

test("bare pods, and the only replica of anything, are never touched", async () => {
  const room = await aRoom(2);
  for (let i = 0; i < 4; i += 1) {
    await room.create(podKind, {
      metadata: { name: `bare-${i}`, namespace: "default" },
      spec: { containers: [{ name: "main", image: "host/sleep" }] },
    });
    await room.aSet(`single-${i}`, { replicas: 1 });
  }
  await room.addBoard("board-3");
  await room.advance(2 * limits.calmMs);
  assert.deepEqual([room.moves(), room.spread()], [0, "4 4 0"]);
});

test("a budget that grants nothing is obeyed, and one that grants one is used one by one", async () => {
  const room = await aThirdBoard();
  const budget = async (minAvailable: number) => {
    const spec = { minAvailable, selector: { matchLabels: { app: "web" } } };
    const target = { namespace: "default", name: "web" };
    if (room.cache.get(podDisruptionBudgetKind, "default", "web") === undefined)
      await room.create(podDisruptionBudgetKind, { metadata: target, spec });
    else await room.objects.patch(podDisruptionBudgetKind, target, { spec });
    await room.rest();
  };
  await budget(6);
  await room.advance(2 * limits.calmMs);
  assert.deepEqual([room.moves(), room.state()], [0, "idle"]);
  await budget(5);
  await room.advance(limits.lookMs);
  assert.equal(room.moves(), 1);
  await room.untilEven();
  assert.equal(room.spread(), "2 2 2");
});

test("INVARIANT: never is more than one pod away that rebalancing asked to leave, and nobody has fewer than before", async () => {
  const room = await aRoom(3);
  for (const name of ["a", "b", "c", "d"]) await room.aSet(name, { replicas: 6 });
  await room.advance(60_000);
  await room.addBoard("board-4");
  for (let second = 0; second < 120; second += 1) {
    await room.advance(1_000);
    const away = room.leaving();
    assert.ok(away.length <= 1, away.join(", "));
    if (second % 3 === 0) await room.runAll();
  }
  assert.equal(room.spread(), "6 6 6 6");
  assert.equal(room.moves(), 6);
});

test("replicas are spread before all pods are evened", async () => {
  const room = await aRoom(2);
  await room.aSet("web", { replicas: 4 });
  await room.advance(60_000);
  await room.addBoard("board-3");
  await room.advance(limits.calmMs);
  await room.untilEven();
  const owners = ["board-1", "board-2", "board-3"].map((name) => room.livingOn(name).length).sort();
  assert.deepEqual(owners, [1, 1, 2]);
});

test("a server that takes over goes on where the other one was, in every state", async () => {
  const same = async (room: Awaited<ReturnType<typeof aThirdBoard>>, state: string) => {
    const [why, moves] = [room.why(), room.moves()];
    assert.equal(room.state(), state);
    await room.takeOver();
    assert.deepEqual([room.state(), room.why(), room.moves()], [state, why, moves]);
  };
  const room = await aThirdBoard();
  await room.advance(1_000);
  await same(room, "calming");
  await room.advance(limits.calmMs);
  await same(room, "moving");
  await room.advance(limits.replacementMs);
  await same(room, "pausing");
  await room.untilEven(1_000);
  await same(room, "idle");
  await room.advance(limits.freshMs);
  await same(room, "idle");
});

test("a server that takes over between the record and the eviction asks the pod itself", async () => {
  const room = await aThirdBoard();
  // The server died after it wrote this, and before it asked anybody.
  const pod = room.livingOn("board-1")[0] ?? assert.fail("nobody is there");
  const data = {
    pod: keyOf(pod),
    uid: pod.metadata.uid,
    owner: pod.metadata.ownerReferences?.[0]?.uid ?? "",
    from: "board-1",
    to: "board-3",
    at: timestamp(room.clock.now()),
  };
  await room.create(configMapKind, { metadata: recordPlace, data });
  await room.takeOver();
  assert.deepEqual(room.leaving(), [data.pod]);
  assert.equal(room.state(), "moving");
});

test("a pod that is another by now is not asked: its name was given anew", async () => {
  const room = await aThirdBoard();
  const [pod] = room.livingOn("board-1");
  const { name = "", ownerReferences = [] } = pod?.metadata ?? {};
  const data = {
    pod: `default/${name}`,
    uid: "gone",
    owner: ownerReferences[0]?.uid ?? "",
    from: "board-1",
    to: "board-3",
    at: timestamp(room.clock.now()),
  };
  await room.create(configMapKind, { metadata: recordPlace, data });
  await room.takeOver();
  assert.deepEqual(room.leaving(), []);
});

test("a record that somebody spoiled is none", async () => {
  const room = await aThirdBoard();
  await room.create(configMapKind, { metadata: recordPlace, data: { at: "yesterday" } });
  await room.advance(limits.calmMs);
  assert.equal(room.moves(), 1);
  assert.equal(room.lastMove()?.to, "board-3");
});
