import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "@kubus/shared/time/system-clock.ts";
import { simulatedClock } from "@kubus/shared/testing/simulated-clock.ts";
import { memoryBoard, type MemoryProgram } from "./memory-runtime.ts";
import {
  containerSpec,
  contractPort,
  contractPrograms,
  runtimeContract,
  sandboxSpec,
} from "./runtime.contract.ts";

const line = (program: keyof typeof contractPrograms) => contractPrograms[program].join(" ");
const programs: Readonly<Record<string, MemoryProgram>> = {
  [line("exits7")]: { endsAfterMs: 1, exitCode: 7, stdout: "out\n", stderr: "err\n" },
  [line("ignoresTerm")]: { onTerm: "ignores", stdout: "deaf\n" },
  [line("saysGoodbye")]: { termExitCode: 3, stdout: "ready\n", lastWords: "bye\n" },
  [line("execPrints")]: { endsAfterMs: 0, exitCode: 4, stdout: "out", stderr: "err" },
  [line("execCopies")]: { copiesStdin: true },
  [line("readsMount")]: { endsAfterMs: 1, stdout: "sesame\nrefused\n" },
  [line("burns")]: { uses: { cpuMillis: 1_000, memoryBytes: 1_000_000 } },
  [line("echoes")]: { stdout: "ready\n", echoesAt: contractPort },
};

runtimeContract("memory", () => {
  const board = memoryBoard({ clock: systemClock, programs });
  return Promise.resolve({
    open: () => Promise.resolve(board.open()),
    logPath: (name) => name,
    logOf: (logPath) => Promise.resolve(board.logOf(logPath)),
    mountable: () => Promise.resolve("/memory"),
    assertNothingLeft: () => Promise.resolve(),
    stop: () => Promise.resolve(),
  });
});

const never = new AbortController().signal;

test("does what it is told to, on the given clock", async () => {
  const clock = simulatedClock();
  const board = memoryBoard({ clock, programs: { job: { endsAfterMs: 5_000, exitCode: 2 } } });
  const runtime = board.open();
  await runtime.ensureSandbox(sandboxSpec({ podUid: "u" }), never);
  const spec = containerSpec("u", ["job"]);
  await runtime.startContainer(spec, never);
  await clock.advance(4_999);
  assert.equal((await runtime.inspectContainer(spec)).state, "running");
  await clock.advance(1);
  assert.equal((await runtime.awaitExit(spec, never)).exitCode, 2);

  board.fail("ensureImage", new Error("the disk is full"));
  await assert.rejects(runtime.ensureImage("host/sh", never), /disk is full/);
  await runtime.ensureImage("host/sh", never);

  const next = containerSpec("u", ["server"], { attempt: 1 });
  await runtime.startContainer(next, never);
  board.exit(next, 137, { outOfMemory: true });
  assert.equal((await runtime.awaitExit(next, never)).outOfMemory, true);

  board.setDelay(100);
  let seen = false;
  void runtime.listSandboxes().then(() => (seen = true));
  await clock.advance(99);
  assert.equal(seen, false);
  await clock.advance(1);
  assert.equal(seen, true);

  board.setDelay(0);
  board.cutPower();
  assert.deepEqual(await runtime.listSandboxes(), []);
});
