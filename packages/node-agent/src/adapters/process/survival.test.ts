/** What an agent's death does to its containers: nothing. With root, real processes and SIGKILL. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { until } from "@kubus/shared/testing/until.ts";
import { containerSpec, sandboxSpec } from "../../ports/runtime.contract.ts";
import { makeSwitch, startBoard, type Board, type Switch } from "../../testing/board.ts";
import { processSkip, processWorld, type ProcessWorld } from "../../testing/process-world.ts";
import { textOfLog } from "../../testing/text-of-log.ts";
import { identify } from "../shim/process-identity.ts";

describe("containers of an agent that is killed", { skip: processSkip, timeout: 60_000 }, () => {
  let wires: Switch;
  let world: ProcessWorld;
  let board: Board;
  const podUid = "pod-a";
  before(async () => {
    wires = makeSwitch(1);
    world = processWorld();
    board = await agent();
    await board.call("sandbox", sandboxSpec({ podUid }));
  });
  after(async () => {
    await board.kill();
    await world.stop();
    await wires.remove();
  });

  const agent = () =>
    startBoard({ config: world.config, podCidr: "10.89.1.0/24", netns: wires.boards[0] ?? "" });
  const logPath = () => join(world.dir, "main.log");
  const lines = async () =>
    textOfLog(await readFile(logPath(), "utf8"))
      .split("\n")
      .slice(0, -1);

  test("go on with the same pid and start time, lose no line and keep their exit code", async () => {
    const burst =
      "for i in range(2000):\n print('line', i, flush=i % 100 == 99)\n if i % 100 == 99: time.sleep(0.1)";
    const script = `import sys, time\n${burst}\nsys.exit(9)`;
    const spec = containerSpec(podUid, ["python3", "-c", script], { logPath: logPath() });
    const started = await board.call("start", spec);
    const process = identify(started.pid);
    for (const seen of [300, 900, 1_500]) {
      await until(`${seen} lines`, async () => (await lines()).length >= seen);
      await board.kill();
      board = await agent();
      assert.deepEqual(await board.call("inspect", spec), { state: "running", ...started });
      assert.deepEqual(identify(started.pid), process);
    }
    // It ends while nobody looks: its last lines and its exit code wait.
    await board.kill();
    const dir = join(world.config.runDir, "runtime", "pods", podUid, "containers", "main.0");
    await until("the end", () => existsSync(join(dir, "exit")));
    board = await agent();
    const exit = await board.call("awaitExit", spec);
    assert.deepEqual([exit.exitCode, exit.startedAt], [9, started.startedAt]);
    assert.deepEqual(
      await lines(),
      Array.from({ length: 2_000 }, (_, i) => `line ${i}`),
    );
  });

  test("are held back by a full pipe while nobody reads, and lose nothing", async () => {
    const spec = containerSpec(
      podUid,
      ["sh", "-c", "sleep 0.3; head -c 1000000 /dev/zero | tr '\\0' x; echo"],
      {
        logPath: logPath(),
        attempt: 1,
      },
    );
    const before = (await lines()).length;
    await board.call("start", spec);
    await board.kill();
    board = await agent();
    assert.equal((await board.call("awaitExit", spec)).exitCode, 0);
    assert.equal((await lines())[before]?.length, 1_000_000);
  });

  test("a container that lost its monitor is ended and told as killed", async () => {
    const spec = containerSpec(podUid, ["sleep", "300"], { logPath: logPath(), attempt: 2 });
    const { pid } = await board.call("start", spec);
    const dir = join(world.config.runDir, "runtime", "pods", podUid, "containers", "main.2");
    process.kill(Number.parseInt(await readFile(join(dir, "monitor"), "utf8"), 10), "SIGKILL");
    assert.equal((await board.call("awaitExit", spec)).exitCode, 137);
    await until("its end", () => identify(pid) === undefined);
  });

  test("a pid that belongs to somebody else by now is never taken for a container's", async () => {
    const spec = containerSpec(podUid, ["sleep", "300"], { logPath: logPath(), attempt: 3 });
    const { pid } = await board.call("start", spec);
    const found = identify(pid);
    assert.ok(found !== undefined);
    const { isAlive, signalProcess } = await import("../shim/process-identity.ts");
    const successor = { pid, start: `${found.start}0` };
    assert.equal(isAlive(successor), false);
    assert.equal(signalProcess(successor, "SIGKILL"), false);
    assert.deepEqual(identify(pid), found);
  });
});
