/** Whom a change wakes, among ten thousand that wait. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { PodSpec } from "@kubus/shared/api/pod.ts";
import { aNode, aPod } from "../../controllers/testing/builders.ts";
import type { FilterName } from "../filters/filter-row.ts";
import { filters } from "../filter.ts";
import { aBoard, asking } from "../testing/boards.ts";
import { room as roomOf } from "../testing/scheduler.ts";
import { wantOf } from "../want.ts";
import { makeWaitingRoom, roomLimits } from "./waiting-room.ts";

const crowdSize = 10_000;

function aRoom(spec: Partial<PodSpec>, by: readonly FilterName[]) {
  const room = makeWaitingRoom();
  for (let i = 0; i < crowdSize; i += 1)
    room.enter(`default/p-${i}`, { want: wantOf(aPod(`p-${i}`, { spec })), by });
  return room;
}

test("room on a board wakes as many as fit there and a few more, the longest waiting first", () => {
  const room = aRoom(asking({ cpu: "1" }), ["resources"]);
  const board = aBoard(aNode("a", roomOf("3")), [aPod("there", { spec: asking({ cpu: "1" }) })]);
  const woken = room.helped({ names: ["podLeft"], board });
  assert.equal(woken.length, 2 + roomLimits.spareWakes);
  assert.equal(woken[0], "default/p-0");
  assert.equal(room.count(), crowdSize - woken.length);
  const next = room.helped({ names: ["podLeft"], board });
  assert.ok(
    next.every((key) => !woken.includes(key)),
    "others have their turn",
  );
});

test("nobody is woken by what cannot help: another change, a board too small, or one that is closed", () => {
  const room = aRoom(asking({ cpu: "1" }), ["resources", "untainted"]);
  const small = aBoard(aNode("a", roomOf("500m")));
  const closed = aBoard(aNode("b", { ...roomOf("4"), spec: { unschedulable: true } }));
  const tainted = aBoard(
    aNode("c", { ...roomOf("4"), spec: { taints: [{ key: "k", effect: "NoSchedule" }] } }),
  );
  const open = aBoard(aNode("d", roomOf("4")));
  for (const board of [small, closed, tainted])
    assert.deepEqual(room.helped({ names: ["boardCame", "boardRoom", "boardTaints"], board }), []);
  for (const name of ["boardLabels", "podPlaced", "podLabels", "podEnding", "claim", "volume"] as const)
    assert.deepEqual(room.helped({ names: [name], board: open }), []);
  assert.equal(room.count(), crowdSize);
});

test("what was refused for pods elsewhere is helped by what happens elsewhere", () => {
  const room = makeWaitingRoom();
  room.enter("default/p", { want: wantOf(aPod("p")), by: ["neighbours"] });
  const full = aBoard(aNode("a", roomOf("0")));
  assert.deepEqual(room.helped({ names: ["podPlaced"], board: full }), ["default/p"]);
});

test("who waits for victims is woken when one of them leaves that board, whatever else is short there", () => {
  const room = makeWaitingRoom();
  const want = wantOf(aPod("p", { spec: asking({ cpu: "2" }) }));
  room.enter("default/p", { want, by: ["resources"], awaits: "a" });
  const busy = aBoard(aNode("a", roomOf("2")), [aPod("victim", { spec: asking({ cpu: "1" }) })]);
  assert.deepEqual(room.helped({ names: ["podLeft"], board: aBoard(aNode("b", roomOf("1"))) }), []);
  assert.deepEqual(room.helped({ names: ["podLeft"], board: busy }), ["default/p"]);
});

test("who leaves is not woken any more, and one of each group stands in for who is gone", () => {
  const room = makeWaitingRoom();
  const [small, large] = ["1", "2"].map((cpu) => wantOf(aPod(`p-${cpu}`, { spec: asking({ cpu }) })));
  assert.ok(small !== undefined && large !== undefined);
  room.enter("default/a", { want: small, by: ["resources"] });
  room.enter("default/b", { want: small, by: ["resources"] });
  room.enter("default/c", { want: large, by: ["resources"] });
  room.leave("default/a");
  assert.deepEqual(room.deputies(), ["default/b", "default/c"]);
  assert.equal(room.count(), 0);
});

test("every change that a filter names wakes who was refused by it", () => {
  const board = aBoard(aNode("a"));
  for (const { name, helpedBy } of filters)
    for (const change of helpedBy) {
      const room = makeWaitingRoom();
      room.enter("default/p", { want: wantOf(aPod("p")), by: [name] });
      assert.deepEqual(room.helped({ names: [change], board }), ["default/p"], `${name} by ${change}`);
    }
});
