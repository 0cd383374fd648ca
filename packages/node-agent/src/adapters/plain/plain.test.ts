import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { silentLog } from "@kubus/shared/log/log.ts";
import { systemClock as clock } from "@kubus/shared/time/system-clock.ts";
import { RuntimeRefusal } from "../../ports/runtime.ts";
import { containerSpec, runtimeContract, sandboxSpec } from "../../ports/runtime.contract.ts";
import { processesNaming } from "../../testing/processes.ts";
import { textOfLog } from "../../testing/text-of-log.ts";
import type { ShimRuntime } from "../shim/runtime.ts";
import { openPlainRuntime } from "./runtime.ts";

const aBoard = () => {
  const dir = mkdtempSync(join(tmpdir(), `kubus-plain-${process.pid}-`));
  const config = { version: "0.0.0", runDir: join(dir, "run"), address: "127.0.0.1" };
  return { dir, open: () => openPlainRuntime({ config, clock, log: silentLog }) };
};

runtimeContract("plain", () => {
  const { dir, open } = aBoard();
  let last: ShimRuntime | undefined;
  return Promise.resolve({
    open: async () => {
      last?.release();
      last = await open();
      return last;
    },
    logPath: (name) => join(dir, `${name}.log`),
    logOf: async (path) => textOfLog(await readFile(path, "utf8")),
    assertNothingLeft: (podUid) => {
      assert.deepEqual(processesNaming(podUid), []);
      assert.equal(existsSync(join(dir, "run", "runtime", "pods", podUid)), false);
      return Promise.resolve();
    },
    stop: () => {
      last?.release();
      rmSync(dir, { recursive: true });
      return Promise.resolve();
    },
  });
});

test("says what it cannot do without root, and refuses it", async () => {
  const { dir, open } = aBoard();
  const runtime = await open();
  assert.ok(runtime.limitations.length > 0);
  const never = new AbortController().signal;
  assert.equal((await runtime.ensureSandbox(sandboxSpec({ podUid: "u" }), never)).ip, "127.0.0.1");
  const logPath = join(dir, "log");
  for (const over of [{ user: { uid: 12_345, gid: 1 } }, { privileged: true }, { readOnlyRoot: true }]) {
    const spec = containerSpec("u", ["sleep", "1"], { logPath, ...over });
    await assert.rejects(runtime.startContainer(spec, never), (error) => {
      assert.ok(error instanceof RuntimeRefusal);
      return error.reason === "CreateContainerConfigError" && /needs root/.test(error.message);
    });
  }
  await runtime.removeSandbox("u");
  rmSync(dir, { recursive: true });
});

test("what a program leaves running in its group ends with it", async () => {
  const { dir, open } = aBoard();
  const runtime = await open();
  const never = new AbortController().signal;
  await runtime.ensureSandbox(sandboxSpec({ podUid: "u" }), never);
  const mark = `kubus-mark-${process.pid}`;
  const script = `sh -c 'sleep 300; : ${mark}' & exit 3`;
  const spec = containerSpec("u", ["sh", "-c", script], { logPath: join(dir, "log") });
  await runtime.startContainer(spec, never);
  assert.equal((await runtime.awaitExit(spec, never)).exitCode, 3);
  await runtime.removeSandbox("u");
  assert.deepEqual(processesNaming(mark), []);
  rmSync(dir, { recursive: true });
});
