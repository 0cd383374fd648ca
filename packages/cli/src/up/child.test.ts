/** The supervisor's chart: what it does when a process ends, will not start, will not stop. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { settle } from "@kubus/shared/testing/settle.ts";
import { simulatedClock } from "@kubus/shared/testing/simulated-clock.ts";
import type { ProcessIdentity } from "../cluster/journal.ts";
import { superviseChild, type Launcher } from "./child.ts";

/** Processes that start at once and end when told to. */
function aLauncher() {
  const calls: string[] = [];
  const exits = new Map<number, () => void>();
  const world = { startsFail: false, holdStart: undefined as Promise<void> | undefined };
  const launcher: Launcher = {
    launch: async () => {
      calls.push("launch");
      await world.holdStart;
      if (world.startsFail) throw new Error("no such program");
      return { pid: calls.length, start: "1", boot: "b" };
    },
    awaitExit: ({ pid }) =>
      new Promise((resolve) => {
        exits.set(pid, resolve);
      }),
    stop: ({ pid }: ProcessIdentity) => {
      calls.push("stop");
      exits.get(pid)?.();
      return Promise.resolve();
    },
  };
  const clock = simulatedClock();
  const trace: string[] = [];
  const child = superviseChild({
    name: "agent",
    launcher,
    clock,
    onError: (error) => {
      throw error;
    },
  });
  child.onChange(() => {
    if (trace.at(-1) !== child.state()) trace.push(child.state());
  });
  const exit = async () => {
    exits.get(child.process()?.pid ?? -1)?.();
    await settle();
  };
  return { child, clock, world, calls, exit, trace: () => trace.join(" → ") };
}

test("starts a process again at once when it ends by itself", async () => {
  const { child, clock, exit, trace } = aLauncher();
  child.start();
  await settle();
  await exit();
  await clock.advance(50);
  assert.equal(trace(), "starting → running → backingOff → starting → running");
});

test("pauses grow while it keeps ending, and are short again after a calm while", async () => {
  const { child, clock, calls, exit } = aLauncher();
  child.start();
  await settle();
  for (const pause of [50, 100, 200, 400]) {
    await exit();
    const before = calls.length;
    await clock.advance(pause - 1);
    assert.equal(calls.length, before);
    await clock.advance(1);
    assert.equal(calls.length, before + 1);
  }
  await clock.advance(10_000);
  await exit();
  await clock.advance(50);
  assert.equal(child.state(), "running");
});

test("a program that cannot be started is tried again and again, ever more slowly", async () => {
  const { child, clock, world, calls } = aLauncher();
  world.startsFail = true;
  child.start();
  await clock.advance(50 + 100 + 200);
  assert.deepEqual(calls, ["launch", "launch", "launch", "launch"]);
  assert.equal(child.state(), "backingOff");
});

test("stopped stays stopped until somebody wants it again", async () => {
  const { child, clock, calls } = aLauncher();
  child.start();
  await settle();
  await child.stop();
  await clock.advance(60_000);
  assert.deepEqual([child.state(), calls], ["stopped", ["launch", "stop"]]);
  child.start();
  await settle();
  assert.equal(child.state(), "running");
});

test("asked to stop while it starts, it is stopped as soon as it runs", async () => {
  const { child, world, calls } = aLauncher();
  const hold = Promise.withResolvers<undefined>();
  world.holdStart = hold.promise;
  child.start();
  const stopped = child.stop();
  hold.resolve(undefined);
  await stopped;
  assert.deepEqual(calls, ["launch", "stop"]);
  assert.equal(child.process(), undefined);
});

test("stopping what backs off ends the waiting", async () => {
  const { child, clock, exit, calls } = aLauncher();
  child.start();
  await settle();
  await exit();
  await child.stop();
  await clock.advance(60_000);
  assert.deepEqual(calls, ["launch"]);
});
