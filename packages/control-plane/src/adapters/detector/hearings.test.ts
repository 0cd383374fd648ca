import assert from "node:assert/strict";
import { test } from "node:test";
import { simulatedClock } from "@kubus/shared/testing/simulated-clock.ts";
import { patience } from "../../nodes/detector.ts";
import { Hearings } from "./hearings.ts";

function aTable() {
  const clock = simulatedClock();
  const told: string[] = [];
  const probes = new Map<string, number>();
  const link = { up: true };
  const start = clock.monotonic();
  const table = new Hearings({
    clock,
    patience: patience.balanced,
    hasLink: () => link.up,
    onVerdict: ({ node, verdict }) => told.push(`${node} ${verdict} ${clock.monotonic() - start}`),
    onProbe: (node) => probes.set(node, (probes.get(node) ?? 0) + 1),
  });
  let sequence = 0;
  const beat = async (forMs: number, ...nodes: string[]) => {
    for (let passed = 0; passed < forMs; passed += 100) {
      sequence += 1;
      for (const node of nodes) table.heard(node, { agentId: "a", bootId: "b", sequence, ready: true });
      await clock.advance(100);
    }
  };
  return { clock, told, probes, link, table, beat };
}

test("tells each change of verdict once, and probes only while in doubt", async () => {
  const { clock, told, probes, beat, table } = aTable();
  await beat(2_000, "one", "two");
  assert.deepEqual(told, ["one unknown 0", "one alive 0", "two unknown 0", "two alive 0"]);
  assert.equal(probes.size, 0);
  await beat(2_000, "two");
  assert.deepEqual(told.slice(4), ["one suspect 2250", "one silent 2900"]);
  assert.deepEqual([...probes.keys()], ["one"]);
  assert.ok((probes.get("one") ?? 0) > 5);
  await beat(100, "one", "two");
  assert.equal(told.at(-1), "one alive 4000");
  table.stop();
  assert.deepEqual(clock.pending(), []);
});

test("gives no verdict while its own link is down", async () => {
  const { told, link, beat, clock } = aTable();
  await beat(1_000, "one");
  link.up = false;
  await clock.advance(10_000);
  assert.deepEqual(told.slice(2), ["one unknown 1250"]);
});

test("a beat in time keeps the table silent: one look per board and timeout, not one per beat", async () => {
  const { clock, beat } = aTable();
  await beat(1_000, "one", "two", "three");
  assert.equal(clock.pending().length, 1);
});
