/** So many passes at once and no more. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { settle } from "@kubus/shared/testing/settle.ts";
import { makeWorkers } from "./workers.ts";

test("runs so many at once, the rest in order, and is idle when all have ended", async () => {
  const workers = makeWorkers(2);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const { signal } = new AbortController();
  const runs = [0, 1, 2, 3].map((n) =>
    workers.run(() => new Promise<void>((end) => (begun.push(n), ends.push(end))), signal),
  );
  let isIdle = false;
  void workers.idle().then(() => (isIdle = true));
  await settle();
  assert.deepEqual(begun, [0, 1]);
  ends[1]?.();
  await settle();
  assert.deepEqual(begun, [0, 1, 2]);
  ends[0]?.();
  ends[2]?.();
  await settle();
  assert.deepEqual([...begun, isIdle], [0, 1, 2, 3, false]);
  ends[3]?.();
  await Promise.all(runs);
  await settle();
  assert.equal(isIdle, true);
});

test("a failure frees its place, and what was called off never begins", async () => {
  const workers = makeWorkers(1);
  const calledOff = new AbortController();
  const failing = workers.run(() => Promise.reject(new Error("broken")), new AbortController().signal);
  const waiting = workers.run(() => assert.fail("it was called off"), calledOff.signal);
  calledOff.abort();
  await assert.rejects(failing, /broken/);
  await assert.rejects(waiting, { name: "AbortError" });
  await workers.idle();
});
