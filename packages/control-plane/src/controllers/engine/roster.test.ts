/** The actors of one controller's keys. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fill } from "@kubus/shared/machine/port-actor.ts";
import { settle } from "@kubus/shared/testing/settle.ts";
import { simulatedClock } from "@kubus/shared/testing/simulated-clock.ts";
import { keyMachine, type Outcome } from "./key.machine.ts";
import { makeRoster } from "./roster.ts";

function aRoster(outcome: Outcome) {
  const clock = simulatedClock();
  const passes: string[] = [];
  const reconcileKey = fill<Outcome, { readonly key: string }>(({ key }) => {
    passes.push(key);
    return Promise.resolve(outcome);
  });
  const logic = keyMachine.provide({ actors: { reconcileKey } });
  const onError = (error: unknown) => assert.fail(String(error));
  return { clock, passes, ...makeRoster({ name: "test", logic, clock, onError }) };
}

test("one actor per key looks first of all, and again when it is woken", async () => {
  const roster = aRoster({ result: "settled" });
  for (const key of ["a", "b", "a"]) roster.wake(key);
  await settle();
  assert.deepEqual(roster.passes, ["a", "b", "a"]);
  assert.deepEqual(roster.keys(), ["a", "b"]);
});

test("forgets the actors of objects that are gone, and makes new ones when they come back", async () => {
  const roster = aRoster({ result: "gone" });
  roster.wake("a");
  await settle();
  assert.deepEqual(roster.keys(), []);
  roster.wake("a");
  await settle();
  assert.deepEqual(roster.passes, ["a", "a"]);
});

test("leaves no timer behind when it stops", async () => {
  const roster = aRoster({ result: "settled", requeueAfterMs: 1_000 });
  roster.wake("a");
  await settle();
  assert.equal(roster.clock.pending().length, 1);
  roster.stop();
  assert.deepEqual([roster.keys(), roster.clock.pending()], [[], []]);
});
