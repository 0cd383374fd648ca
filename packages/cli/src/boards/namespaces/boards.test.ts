/** A real virtual world, as root: cables, power, and that nothing of it is left. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { findTool } from "@kubus/shared/testing/tools.ts";
import { until } from "@kubus/shared/testing/until.ts";
import { identify, isAlive } from "../../adapters/processes.ts";
import { run, tryRun } from "../../adapters/programs.ts";
import { openJournal, type Journal } from "../../cluster/journal.ts";
import { rangesOf } from "../../cluster/ranges.ts";
import { cleanUp } from "../clean.ts";
import { hierarchies } from "../cgroups.ts";
import type { VirtualBoards } from "../virtual-boards.ts";
import { namespaceBoards } from "./boards.ts";

const skip =
  process.geteuid?.() !== 0
    ? "needs root"
    : ["ip", "bridge", "nsenter"].some((name) => findTool(name) === undefined)
      ? "needs iproute2"
      : false;

const id = (process.pid % 0xff_ff_ff).toString(16).padStart(6, "0");
const ranges = rangesOf(48 + (process.pid % 16));
const address = (last: number) => `${ranges.nodePrefix}.${last}`;

/** Everything on the machine that carries this cluster's id. */
async function traces(): Promise<readonly string[]> {
  const links = await run("ip", ["-o", "link"]);
  const routes = await run("ip", ["route", "show", "table", "all"]);
  const groups = hierarchies().flatMap(({ root }) => readdirSync(root));
  const lines = [...links.split("\n"), ...routes.split("\n"), ...groups, ...readdirSync("/run/netns")];
  const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  const folder = existsSync(`/run/kubus/${id}`) ? [`/run/kubus/${id}`] : [];
  return [...lines, ...mounts, ...folder].filter(
    (line) => line.includes(`kubus-${id}`) || line.includes(`/${id}/`),
  );
}

suite("virtual boards in namespaces", { skip }, () => {
  let dir: string;
  let journal: Journal;
  let world: VirtualBoards;
  const children: ChildProcess[] = [];

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), "kubus-boards-"));
    journal = openJournal(join(dir, "journal"));
    world = namespaceBoards({ id, ranges, journal, share: () => 3, stateDir: (name) => join(dir, name) });
    await world.raise();
    await Promise.all([
      world.add({ name: "server-1", address: address(2), kind: "server", udpPort: 6444 }),
      world.add({ name: "board-1", address: address(11), kind: "board", udpPort: 6445 }),
      world.add({ name: "board-2", address: address(12), kind: "board", udpPort: 6445 }),
    ]);
  });

  after(async () => {
    assert.deepEqual(await cleanUp(journal), []);
    await rm(dir, { recursive: true, force: true });
  });

  const start = (machine: string, command: readonly string[]): ChildProcess => {
    const [program = "", ...args] = world.on(machine, command);
    const child = spawn(program, args, { stdio: "ignore", detached: true });
    children.push(child);
    return child;
  };
  const pings = async (from: string | undefined, to: string): Promise<boolean> => {
    const script = `exec 3<>/dev/tcp/${to}/7 2>/dev/null; true`;
    // A refused connection is an answer: the machine is there. Silence is not, nor is "no route".
    const probe = ["timeout", "0.5", "bash", "-c", script];
    const [program = "", ...args] = from === undefined ? probe : world.on(from, probe);
    return (await tryRun(program, args)).code === 0;
  };
  const hasCarrier = async (board: string): Promise<boolean> => {
    const [program = "", ...args] = world.on(board, ["ip", "-o", "link", "show", "eth0"]);
    return !(await run(program, args)).includes("NO-CARRIER");
  };

  test("machines and the host reach each other", async () => {
    assert.ok(await pings(undefined, address(11)));
    assert.ok(await pings("board-1", address(12)));
    assert.ok(await pings("server-1", address(11)));
    assert.ok(await pings("board-1", address(1)));
  });

  test("a pulled cable is seen at the board, a silent cut is not, and plugging undoes both", async () => {
    await world.setCable("board-1", "pulled");
    await until("the carrier to go", async () => !(await hasCarrier("board-1")));
    assert.equal(await pings("server-1", address(11)), false);
    await world.setCable("board-1", "plugged");
    await until("the carrier to come", () => hasCarrier("board-1"));
    await until("board-1 to be reached", () => pings("server-1", address(11)));

    await world.setCable("board-1", "silent");
    assert.equal(await pings("server-1", address(11)), false);
    assert.equal(await pings("board-1", address(12)), false);
    assert.equal(await hasCarrier("board-1"), true);
    await world.setCable("board-1", "plugged");
    await until("board-1 to be reached", () => pings("server-1", address(11)));

    await world.setCable("board-1", "pulled");
    await world.setCable("board-1", "silent");
    assert.equal(await pings("server-1", address(11)), false);
    await world.setCable("board-1", "plugged");
    await until("board-1 to be reached", () => pings("server-1", address(11)));
  });

  test("the host and the servers get routes to pods, exactly the wanted ones", async () => {
    const [first, second] = [
      ranges.podCidr.replace(".0.0/16", ".1.0/24"),
      ranges.podCidr.replace(".0.0/16", ".2.0/24"),
    ];
    const hostRoutes = async () => (await run("ip", ["route"])).split("\n");
    const serverRoutes = async () => (await run("ip", ["-n", `kubus-${id}-server-1`, "route"])).split("\n");
    await world.routePods([{ podCidr: first, address: address(11) }]);
    await world.routePods([{ podCidr: second, address: address(12) }]);
    for (const routes of [await hostRoutes(), await serverRoutes()]) {
      assert.equal(
        routes.some((line) => line.startsWith(`${first} `)),
        false,
      );
      assert.ok(routes.some((line) => line.startsWith(`${second} via ${address(12)}`)));
    }
  });

  test("a power cut ends everything on the board and nothing elsewhere; mounts and run folder are forgotten", async () => {
    const { runDir } = world.traits("board-2");
    await run("mount", ["-t", "tmpfs", "none", runDir]);
    await writeFile(join(runDir, "memory"), "x");
    // A daemon that left its parent, its session and its process group.
    start("board-2", ["setsid", "sh", "-c", 'setsid sleep 1000 & echo $! > "$0"', join(dir, "pid")]);
    const other = start("board-1", ["sleep", "1000"]);
    await once(other, "spawn");
    const pid = await until("the daemon's pid", () =>
      existsSync(join(dir, "pid")) ? Number(readFileSync(join(dir, "pid"), "utf8")) || undefined : undefined,
    );
    const daemon = await until("the daemon", () => identify(pid));

    await world.cutPower("board-2");
    assert.equal(isAlive(daemon), false);
    assert.equal(existsSync(runDir), false);
    assert.equal(other.exitCode, null);
    assert.equal(await pings("server-1", address(12)), false);

    await world.add({ name: "board-2", address: address(12), kind: "board", udpPort: 6445 });
    await until("board-2 to be reached again", () => pings("server-1", address(12)));
  });

  test("what the journal lists is removed, and nothing is left", async () => {
    const child = start("board-1", ["sleep", "1000"]);
    await once(child, "spawn");
    assert.notEqual((await traces()).length, 0);
    assert.deepEqual(await cleanUp(journal), []);
    assert.deepEqual(await traces(), []);
    assert.deepEqual(journal.entries(), []);
    await until("the child to be reaped", () => child.signalCode === "SIGKILL");
  });
});
