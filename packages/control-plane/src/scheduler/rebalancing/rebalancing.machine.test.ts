/** The chart of rebalancing: it follows what looks come to, and asks for another look when its time is up. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventTable } from "@kubus/shared/testing/event-table.ts";
import { aLife } from "../../controllers/testing/life.ts";
import { rebalancingMachine } from "./rebalancing.machine.ts";

test("a board comes, pods move, and all is even again: each wait ends in another look", async () => {
  const life = aLife(rebalancingMachine);
  life.look({ type: "board.came", why: "board-3 came a moment ago", dueInMs: 30_000 });
  assert.equal(life.why(), "board-3 came a moment ago");
  await life.advance(29_999);
  assert.equal(life.looks(), 0);
  await life.advance(1);
  assert.equal(life.looks(), 1);
  life.look({ type: "pod.moves", dueInMs: 180_000 });
  await life.advance(2_000);
  life.look({ type: "trouble.seen", dueInMs: 3_000 });
  await life.advance(3_000);
  life.look({ type: "boards.even" });
  assert.equal(life.trace(), "unseen → calming → due → moving → pausing → due → idle");
  assert.equal(life.looks(), 2);
});

test("without a deadline it stays idle for as long as nothing changes", async () => {
  const life = aLife(rebalancingMachine);
  life.look({ type: "boards.even" });
  await life.advance(24 * 60 * 60_000);
  assert.equal(life.state(), "idle");
  assert.equal(life.looks(), 0);
});

test("a look sets the deadline anew", async () => {
  const life = aLife(rebalancingMachine);
  life.look({ type: "trouble.seen", dueInMs: 10_000 });
  await life.advance(9_000);
  life.look({ type: "trouble.seen", dueInMs: 10_000 });
  await life.advance(9_000);
  assert.equal(life.state(), "pausing");
});

test("what rebalancing makes of each look in each state", () => {
  const events = {
    even: { type: "boards.even" },
    came: { type: "board.came" },
    moves: { type: "pod.moves" },
    trouble: { type: "trouble.seen" },
  };
  const states = ["unseen", "idle", "calming", "moving", "pausing", "due"];
  assert.deepEqual(eventTable({ machine: rebalancingMachine, input: { key: "boards" }, events, states }), [
    "unseen: even → idle, came → calming, moves → moving, trouble → pausing",
    "idle: even → ·, came → calming, moves → moving, trouble → pausing",
    "calming: even → idle, came → ·, moves → moving, trouble → pausing",
    "moving: even → idle, came → calming, moves → ·, trouble → pausing",
    "pausing: even → idle, came → calming, moves → moving, trouble → ·",
    "due: even → idle, came → calming, moves → moving, trouble → pausing",
  ]);
});
